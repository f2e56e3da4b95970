#include "controller/operator/text.hpp"

#include <algorithm>

namespace toolhive {

namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

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
