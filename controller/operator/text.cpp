#include "controller/operator/text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/json.hpp"
#include "controller/base/utf8.hpp"

namespace toolhive {

namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string cleaned(std::string_view text, std::size_t limit) {
  // Before the work on it, with a byte to spare that shows that something was cut.
  const std::string quoted =
      Json(std::string(text.substr(0, limit + 1))).dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto valid = Json::parse(quoted).get<std::string>();
  std::string out;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const bool c1 = byte == 0xC2 && static_cast<unsigned char>(valid[i + 1]) < 0xA0;
    if (c1) ++i;
    out += c1 || byte < 0x20 || byte == 0x7F ? ' ' : valid[i];
  }
  return shortened(out, limit);
}

bool is_dns_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  char before = '.';
  for (const char c : text) {
    const bool inside = is_lower(c) || is_digit(c);
    if (!inside && c != '-' && c != '.') return false;
    // Labels begin and end with a letter or a digit.
    if ((!inside && before == '.') || (c == '.' && before == '-')) return false;
    before = c;
  }
  return before != '.' && before != '-';
}

bool is_label_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && !is_dns_subdomain(text.substr(0, slash))) return false;
  const std::string_view name = slash == std::string_view::npos ? text : text.substr(slash + 1);
  const auto is_inner = [](char c) { return (c >= 'A' && c <= 'Z') || is_lower(c) || is_digit(c); };
  if (name.empty() || name.size() > 63 || !is_inner(name.front()) || !is_inner(name.back())) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_inner(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_dns_label(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  if (!is_lower(text.front()) || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

}  // namespace toolhive
