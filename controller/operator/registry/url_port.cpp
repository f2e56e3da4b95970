#include "controller/operator/registry/url_port.hpp"

#include <charconv>

namespace toolhive {

int url_port(std::string_view url) {
  constexpr std::string_view kSeparator = "://";
  const std::size_t scheme = url.find(kSeparator);
  const int usual = url.substr(0, scheme) == "http" ? 80 : 443;
  if (scheme == std::string_view::npos) return usual;
  std::string_view authority = url.substr(scheme + kSeparator.size());
  authority = authority.substr(0, authority.find('/'));
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.find(']', colon) != std::string_view::npos) return usual;
  int port = 0;
  std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
  return port > 0 && port < 65'536 ? port : usual;
}

}  // namespace toolhive
