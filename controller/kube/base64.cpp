#include "controller/kube/base64.hpp"

#include <cstdint>

namespace kube {

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int symbols = 0;
  int padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++symbols == 4) {
      for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bits >> shift & 0xFFU));
      bits = 0;
      symbols = 0;
    }
  }
  if (symbols == 1 || padding != (symbols == 0 ? 0 : 4 - symbols)) return std::nullopt;
  if (symbols == 2) out.push_back(static_cast<char>(bits >> 4 & 0xFFU));
  if (symbols == 3) {
    out.push_back(static_cast<char>(bits >> 10 & 0xFFU));
    out.push_back(static_cast<char>(bits >> 2 & 0xFFU));
  }
  return out;
}

}  // namespace kube
