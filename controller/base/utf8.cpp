#include "controller/base/utf8.hpp"

namespace toolhive {

std::string_view truncate_utf8(std::string_view utf8, std::size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  while (bytes > 0 && (static_cast<unsigned char>(utf8[bytes]) & 0xC0) == 0x80) --bytes;
  return utf8.substr(0, bytes);
}

std::string shortened(std::string_view utf8, std::size_t bytes) {
  constexpr std::string_view kRest = "...";
  if (utf8.size() <= bytes) return std::string(utf8);
  const std::size_t kept = bytes < kRest.size() ? 0 : bytes - kRest.size();
  return std::string(truncate_utf8(utf8, kept)).append(kRest);
}

}  // namespace toolhive
