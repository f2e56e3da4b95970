#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry::test {

/// What decode_base64url() of registry/auth reads: base64url without padding (RFC 4648, section 5).
inline std::string base64url(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0;
  int have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out += kDigits[bits >> (have - 6) & 63];
  }
  if (have > 0) out += kDigits[bits << (6 - have) & 63];
  return out;
}

}  // namespace toolhive::registry::test
