#include "registry/auth/peer.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

#include "registry/model/text.hpp"

namespace toolhive::registry::auth {
namespace {

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

// An entry as some proxies write it, `"[2001:db8::7]:443"` or `203.0.113.7:5001`, without quotes,
// brackets and port.
std::string_view host_of(std::string_view entry) {
  if (entry.size() >= 2 && entry.front() == '"' && entry.back() == '"')
    entry = entry.substr(1, entry.size() - 2);
  if (entry.starts_with('[')) {
    const auto end = entry.find(']');
    return end == entry.npos ? entry : entry.substr(1, end - 1);
  }
  const auto colon = entry.find(':');
  const bool port =
      colon != entry.npos && entry.find(':', colon + 1) == entry.npos;  // More: an address of IPv6.
  return port ? entry.substr(0, colon) : entry;
}

}  // namespace

std::string client_address(const std::string& remote, std::string_view forwarded_for,
                           unsigned trusted_proxies) {
  std::string entry;
  for (unsigned i = 0; i < trusted_proxies && !forwarded_for.empty(); ++i) {
    const auto comma = forwarded_for.rfind(',');
    entry = trim(comma == forwarded_for.npos ? forwarded_for : forwarded_for.substr(comma + 1));
    forwarded_for = comma == forwarded_for.npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  const std::string host(host_of(entry));
  return is_address(host) ? host : remote;
}

std::string network_of(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (std::memcmp(bytes.data(), kMapped.data(), kMapped.size()) == 0) {
    ::inet_ntop(AF_INET, bytes.data() + kMapped.size(), text.data(), text.size());
    return text.data();
  }
  std::memset(bytes.data() + 8, 0, 8);
  ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return std::string(text.data()) + "/64";
}

}  // namespace toolhive::registry::auth
