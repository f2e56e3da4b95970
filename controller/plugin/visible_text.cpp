#include "controller/plugin/visible_text.hpp"

#include <algorithm>
#include <cstdio>

#include "controller/base/text.hpp"

namespace toolhive::plugin {

namespace {

struct Character {
  char32_t code;
  std::size_t bytes;
};

// The one at `at` of valid UTF-8.
Character character_at(std::string_view utf8, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[at + i]); };
  const auto tail = [&](std::size_t i) { return static_cast<char32_t>(byte(i) & 0x3FU); };
  if (byte(0) < 0x80) return {byte(0), 1};
  if (byte(0) < 0xE0) return {(byte(0) & 0x1FU) << 6U | tail(1), 2};
  if (byte(0) < 0xF0) return {(byte(0) & 0x0FU) << 12U | tail(1) << 6U | tail(2), 3};
  return {(byte(0) & 0x07U) << 18U | tail(1) << 12U | tail(2) << 6U | tail(3), 4};
}

struct Range {
  char32_t first, last;
};

// Controls (C0, DEL, C1), what joins, turns or separates without being seen, and tags.
constexpr Range kUnseen[] = {{0x00, 0x1F},     {0x7F, 0x9F},      {0xAD, 0xAD},     {0x061C, 0x061C},
                             {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F}, {0xFEFF, 0xFEFF},
                             {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

bool is_unseen(char32_t code) {
  return std::any_of(std::begin(kUnseen), std::end(kUnseen),
                     [code](const Range& range) { return code >= range.first && code <= range.last; });
}

std::string code_text(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  char text[16];
  const char* const form = code < 0x80 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x";
  std::snprintf(text, sizeof text, form, static_cast<unsigned>(code));
  return text;
}

std::string shown(std::string_view text, std::string_view kept) {
  const std::string utf8 = valid_utf8(text);
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const Character character = character_at(utf8, at);
    const bool stays =
        !is_unseen(character.code) || (character.bytes == 1 && kept.find(utf8[at]) != std::string_view::npos);
    out += stays ? utf8.substr(at, character.bytes) : code_text(character.code);
    at += character.bytes;
  }
  return out;
}

}  // namespace

std::string visible(std::string_view text) {
  return shown(text, "");
}

std::string visible_lines(std::string_view text) {
  return shown(text, "\n\t");
}

std::size_t character_count(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace toolhive::plugin
