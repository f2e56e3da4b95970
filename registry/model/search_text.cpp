#include "registry/model/search_text.hpp"

#include <algorithm>

#include "registry/model/text.hpp"

namespace registry {
namespace {

// Between two fields, and around each tag. Neither occurs within one: text() makes both spaces.
constexpr char kField = '\n';
constexpr char kTag = '\t';

enum Field { Name, Tags, Server, Title, Description };
constexpr std::size_t kFields = Description + 1;

void append_field(std::string& out, std::string_view text) {
  for (const char c : to_lower(text)) out += c == kField || c == kTag ? ' ' : c;
}

std::array<std::string_view, kFields> fields_of(std::string_view text) {
  std::array<std::string_view, kFields> fields;
  for (auto& field : fields) {
    const auto end = text.find(kField);
    field = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return fields;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

enum class Match { None, Inside, WordStart, Whole };

Match best_match(std::string_view field, std::string_view word) {
  auto best = Match::None;
  for (auto at = field.find(word); at != field.npos; at = field.find(word, at + 1)) {
    if (word.size() == field.size()) return Match::Whole;
    if (at == 0 || !is_letter_or_digit(field[at - 1])) return Match::WordStart;
    best = Match::Inside;
  }
  return best;
}

/// What a match in each field is worth: inside a word, at the start of one, the whole field.
constexpr std::array<std::array<int, 3>, kFields> kWorth = {{
    {40, 60, 100},  // Name
    {15, 30, 30},   // Tags
    {10, 20, 25},   // Server
    {25, 40, 50},   // Title
    {3, 8, 10},     // Description
}};

}  // namespace

std::string search_text(const SearchFields& fields) {
  std::string out;
  out.reserve(fields.name.size() + fields.title.size() + fields.description.size() + 64);
  append_field(out, fields.name);
  out += kField;
  if (!fields.tags.empty()) out += kTag;
  for (const auto tag : fields.tags) {
    append_field(out, tag);
    out += kTag;
  }
  out += kField;
  append_field(out, fields.server);
  out += kField;
  append_field(out, fields.title);
  out += kField;
  append_field(out, fields.description);
  return out;
}

bool has_tag(std::string_view search_text, std::string_view tag) {
  return fields_of(search_text)[Tags].find(kTag + std::string(tag) + kTag) != std::string_view::npos;
}

bool has_server(std::string_view search_text, std::string_view server) {
  return fields_of(search_text)[Server] == server;
}

Search::Search(std::string_view text) {
  const auto lower = to_lower(text);
  for (std::string_view rest = lower; !rest.empty();) {
    const auto end = rest.find_first_of(" \t\r\n");
    if (end != 0) words_.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
}

int Search::rank(std::string_view search_text) const {
  // Most tools lack a word: one look at the whole text tells.
  for (const auto& word : words_) {
    if (search_text.find(word) == search_text.npos) return 0;
  }
  const auto fields = fields_of(search_text);
  int rank = 1;
  for (const auto& word : words_) {
    int best = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto found = best_match(fields[i], word);
      if (found != Match::None) best = std::max(best, kWorth[i][static_cast<std::size_t>(found) - 1]);
    }
    if (best == 0) return 0;
    rank += best;
  }
  return rank;
}

}  // namespace registry
