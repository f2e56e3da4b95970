#include "registry/model/fold.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <vector>

#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

using CodePoint = utf8proc_int32_t;

constexpr int kFolded = UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE | UTF8PROC_IGNORE;
// A form of more letters than this, of which Unicode has some, stays as it is: one of three bytes
// would become eighteen letters.
constexpr int kMostLetters = 4;

bool is_blank(CodePoint code_point) {
  const auto category = utf8proc_category(code_point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

// What is written over or under a letter and may be left out. The marks of other scripts make
// letters.
bool is_accent(CodePoint code_point) {
  return (code_point >= 0x300 && code_point <= 0x36F) || (code_point >= 0x1AB0 && code_point <= 0x1AFF) ||
         (code_point >= 0x1DC0 && code_point <= 0x1DFF);
}

void append_folded(std::vector<CodePoint>& out, CodePoint code_point) {
  std::array<CodePoint, 32> parts;
  int boundary = 0;
  const auto decompose = [&](int options) {
    return utf8proc_decompose_char(code_point, parts.data(), parts.size(),
                                   static_cast<utf8proc_option_t>(options), &boundary);
  };
  if (is_blank(code_point)) return out.push_back(' ');
  auto count = decompose(kFolded | UTF8PROC_COMPAT);
  // Also an accent that stands alone, which would be a blank with the accent.
  if (count > kMostLetters || (count > 0 && parts[0] == ' ' && code_point != ' ')) count = decompose(kFolded);
  if (count < 0 || count > static_cast<utf8proc_ssize_t>(parts.size())) return out.push_back(code_point);
  std::copy_if(parts.begin(), parts.begin() + count, std::back_inserter(out),
               [](CodePoint part) { return !is_accent(part); });
}

// The code point that begins there, and how many bytes it has.
std::pair<CodePoint, std::size_t> code_point_at(std::string_view text) {
  CodePoint code_point = 0;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &code_point);
  if (size <= 0) return {0xFFFD, 1};
  return {code_point, static_cast<std::size_t>(size)};
}

}  // namespace

std::string fold(std::string_view text) {
  if (is_ascii(text)) return to_lower(text);
  std::vector<CodePoint> folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    const auto [code_point, size] = code_point_at(text);
    append_folded(folded, code_point);
    text.remove_prefix(size);
  }
  const auto count =
      utf8proc_normalize_utf32(folded.data(), static_cast<utf8proc_ssize_t>(folded.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  std::string out;
  std::array<utf8proc_uint8_t, 4> bytes;
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    const auto size = utf8proc_encode_char(folded[static_cast<std::size_t>(i)], bytes.data());
    out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
  }
  return out;
}

bool ends_in_word(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  auto begin = at - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  const auto category = utf8proc_category(code_point_at(text.substr(begin, at - begin)).first);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

}  // namespace toolhive::registry
