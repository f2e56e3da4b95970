// Comparison of protocol text.
#pragma once

#include <algorithm>
#include <string_view>

namespace toolhive::http {

// Whether two names are equal in any case of their ASCII letters (RFC 9110, section 5.1). Other
// bytes compare as they are.
inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace toolhive::http
