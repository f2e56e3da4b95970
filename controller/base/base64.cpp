#include "controller/base/base64.hpp"

#include <cstdint>

namespace toolhive {

namespace {
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::optional<std::string> decode_base64(std::string_view text) {
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

std::string encode_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out.push_back(i + j <= bytes.size() ? kAlphabet[bits >> (18 - 6 * j) & 0x3FU] : '=');
  }
  return out;
}

}  // namespace toolhive
