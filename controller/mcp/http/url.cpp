#include "controller/mcp/http/url.hpp"

#include <algorithm>
#include <charconv>

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestUrl = 2048;

Status not_a_url(const char* why) {
  return {Code::Invalid, std::string("the URL ") + why};
}

bool is_printable(char c) {
  return c > 0x20 && c < 0x7F;
}

char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// Takes the host off the front of `authority`.
Status take_host(std::string_view& authority, std::string& host) {
  const bool bracket = authority.starts_with('[');
  const std::size_t end = authority.find(bracket ? ']' : ':');
  if (bracket && end == std::string_view::npos)
    return not_a_url("does not close the bracket of its IPv6 address");
  host = bracket ? authority.substr(1, end - 1) : authority.substr(0, end);
  std::transform(host.begin(), host.end(), host.begin(), lower_case);
  const bool valid = bracket ? host.find_first_not_of("0123456789abcdef:.") == std::string::npos
                             : std::all_of(host.begin(), host.end(), is_name_character);
  if (host.empty() || !valid || host.size() > 253) return not_a_url("has no valid host name");
  authority.remove_prefix(std::min(authority.size(), bracket ? end + 1 : end));
  return {};
}

Status take_port(std::string_view text, int& port) {
  if (text.empty()) return {};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, port);
  if (text.front() != ':' || error != std::errc() || stop != end || port < 1 || port > 65535)
    return not_a_url("must have a port from 1 to 65535");
  return {};
}

}  // namespace

StatusOr<Url> Url::parse(std::string_view text) {
  if (text.size() > kLongestUrl) return not_a_url("is longer than 2,048 characters");
  if (!std::all_of(text.begin(), text.end(), is_printable))
    return not_a_url(
        "holds a blank, a control character or a letter that is not ASCII; write it percent-encoded");
  Url url;
  if (text.starts_with("http://")) {
    url.tls = false;
    url.port = 80;
  } else if (!text.starts_with("https://")) {
    return not_a_url("must begin with https:// or http://");
  }
  text.remove_prefix(url.tls ? 8 : 7);
  if (text.find('#') != std::string_view::npos) return not_a_url("must not hold a fragment (#)");
  std::string_view authority = text.substr(0, text.find_first_of("/?"));
  const std::string_view target = text.substr(authority.size());
  if (authority.find('@') != std::string_view::npos)
    return not_a_url("must not hold a user or password; send them in a header");
  if (Status host = take_host(authority, url.host); !host.ok()) return host;
  if (Status port = take_port(authority, url.port); !port.ok()) return port;
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

StatusOr<Url> Url::resolve(std::string_view reference) const {
  if (!reference.starts_with('/')) return parse(reference);
  return parse(reference.starts_with("//") ? (tls ? "https:" : "http:") + std::string(reference)
                                           : origin() + std::string(reference));
}

std::string Url::origin() const {
  return (tls ? "https://" : "http://") + authority();
}

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

}  // namespace toolhive::mcp
