#include "controller/kube/config/server_url.hpp"

#include <algorithm>
#include <charconv>

namespace toolhive::kube {

namespace {

Status bad(const std::string& text, const char* what) {
  return {Code::Invalid, "\"" + text + "\" is not the URL of a server: " + what};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

}  // namespace

bool ServerUrl::loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

StatusOr<ServerUrl> ServerUrl::parse(const std::string& text) {
  ServerUrl url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
    url.tls = false;
    url.port = 80;
  } else {
    return bad(text, "it must begin with https:// or http://");
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.path = rest.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  if (url.path.find_first_of("?#") != std::string::npos) return bad(text, "it must end with its path");
  if (authority.find('@') != std::string_view::npos)
    return Status(Code::Invalid, "the URL of a server must not hold a user or password");

  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad(text, "the bracket of its IPv6 address is not closed");
    url.host = authority.substr(1, end - 1);
    if (url.host.empty() || url.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos)
      return bad(text, "its brackets do not hold an IPv6 address");
    authority.remove_prefix(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), is_host_character))
      return bad(text, "it has no valid host name");
    authority.remove_prefix(colon);
  }
  if (!authority.empty()) {
    const char* const end = authority.data() + authority.size();
    const auto [stop, error] = std::from_chars(authority.data() + 1, end, url.port);
    if (authority.front() != ':' || error != std::errc() || stop != end || url.port < 1 || url.port > 65535)
      return bad(text, "its port must be a number from 1 to 65535");
  }
  return url;
}

}  // namespace toolhive::kube
