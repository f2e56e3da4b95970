#include "registry/store/tool_file_name.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "controller/base/percent.hpp"
#include "controller/base/sha256.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kFileEnding = ".json";
constexpr char kLargeLetter = '+', kOtherByte = '%', kShortened = '~';
// Of an escaped name; what is longer is cut here. File systems take 255 bytes.
constexpr std::size_t kLongestStem = 128;
constexpr std::size_t kDigestLength = 64;

bool is_small_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_plain(char c, bool first) {
  return is_small_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || (c == '.' && !first);
}

std::string escape(std::string_view tool) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : tool) {
    if (is_plain(c, out.empty())) {
      out += c;
    } else if (c >= 'A' && c <= 'Z') {
      out += {kLargeLetter, static_cast<char>(c | 0x20)};
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {kOtherByte, kHex[byte >> 4], kHex[byte & 0xF]};
    }
  }
  return out;
}

// What was escaped so; nothing when an escape is cut short or none. Large digits are taken as well.
std::optional<std::string> unescape(std::string_view stem) {
  std::string out;
  for (std::size_t i = 0; i < stem.size(); ++i) {
    if (stem[i] == kLargeLetter) {
      if (i + 1 == stem.size() || !is_small_letter(stem[i + 1])) return std::nullopt;
      ++i;
      out += static_cast<char>(stem[i] & ~0x20);
    } else if (stem[i] == kOtherByte) {
      if (i + 2 >= stem.size() || hex_digit(stem[i + 1]) < 0 || hex_digit(stem[i + 2]) < 0)
        return std::nullopt;
      out += static_cast<char>(hex_digit(stem[i + 1]) << 4 | hex_digit(stem[i + 2]));
      i += 2;
    } else {
      out += stem[i];
    }
  }
  return out;
}

bool is_shortened(std::string_view stem) {
  if (stem.size() != kLongestStem + 1 + kDigestLength || stem[kLongestStem] != kShortened) return false;
  const auto digest = stem.substr(kLongestStem + 1);
  const auto begin = stem.substr(0, kLongestStem);
  return std::all_of(digest.begin(), digest.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }) &&
         std::all_of(begin.begin(), begin.end(),
                     [](char c) { return is_plain(c, false) || c == kLargeLetter || c == kOtherByte; });
}

}  // namespace

std::string tool_file_name(std::string_view tool) {
  std::string name = escape(tool);
  if (name.size() > kLongestStem) {
    name.resize(kLongestStem);
    name += kShortened + sha256_hex(tool);
  }
  return name.append(kFileEnding);
}

bool is_tool_file_name(std::string_view file) {
  if (!file.ends_with(kFileEnding)) return false;
  file.remove_suffix(kFileEnding.size());
  if (is_shortened(file)) return true;
  if (file.empty() || file.size() > kLongestStem) return false;
  const auto tool = unescape(file);
  return tool && escape(*tool) == file;
}

}  // namespace toolhive::registry
