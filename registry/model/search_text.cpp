#include "registry/model/search_text.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "registry/model/fold.hpp"

namespace toolhive::registry {
namespace {

// Between two fields, and around each tag. Neither occurs within one: append_field() makes both
// spaces.
constexpr char kField = '\n';
constexpr char kTag = '\t';

enum Field { Name, Tags, Server, Title, Description };
constexpr std::size_t kFields = Description + 1;
using Fields = std::array<std::string_view, kFields>;

void append_field(std::string& out, std::string_view text) {
  for (const char c : fold(text)) out += c == kField || c == kTag ? ' ' : c;
}

Fields fields_of(std::string_view text) {
  Fields fields;
  for (std::size_t i = 0; i < kFields - 1; ++i) {
    const auto end = std::min(text.find(kField), text.size());
    fields[i] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  fields.back() = text;
  return fields;
}

enum class Match { None, Inside, WordStart, Whole };

// Looks no further than for what is better than `enough`, if anything is.
Match best_match(std::string_view field, std::string_view word, Match enough) {
  if (field == word) return Match::Whole;
  if (enough >= Match::WordStart) return Match::None;
  auto best = Match::None;
  for (auto at = field.find(word); at != field.npos; at = field.find(word, at + 1)) {
    if (!ends_in_word(field, at)) return Match::WordStart;
    best = Match::Inside;
  }
  return best;
}

// What a match in a field is worth: inside a word, at the start of one, the whole field. Those
// worth most first.
struct Worth {
  Field field;
  std::array<int, 3> of_match;
};
constexpr std::array<Worth, kFields> kWorth = {{{Name, {40, 60, 100}},
                                                {Title, {25, 40, 50}},
                                                {Tags, {15, 30, 30}},
                                                {Server, {10, 20, 25}},
                                                {Description, {3, 8, 10}}}};

// 0 when the word is nowhere.
int worth_of(const Fields& fields, std::string_view word) {
  int best = 0;
  for (const auto& [field, of_match] : kWorth) {
    if (best >= of_match.back()) break;  // Neither this nor a later field has more to give.
    const auto enough = static_cast<Match>(
        std::count_if(of_match.begin(), of_match.end(), [best](int worth) { return worth <= best; }));
    const auto found = best_match(fields[field], word, enough);
    if (found != Match::None) best = std::max(best, of_match[static_cast<std::size_t>(found) - 1]);
  }
  return best;
}

// Calls `each` for what is between the spaces of a text.
template <class Each>
void for_each_word(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto end = text.find_first_of(" \t\r\n");
    if (end != 0) each(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

std::string between(char mark, std::string_view text) {
  return text.empty() ? std::string() : mark + fold(text) + mark;
}

}  // namespace

SearchText::SearchText(const SearchFields& fields) {
  std::string text;
  append_field(text, fields.name);
  text += kField;
  if (!fields.tags.empty()) text += kTag;
  for (const auto tag : fields.tags) {
    append_field(text, tag);
    text += kTag;
  }
  text += kField;
  append_field(text, fields.server);
  text += kField;
  append_field(text, fields.title);
  text += kField;
  append_field(text, fields.description);

  const auto filter = trigram_filter_size(text.size());
  bytes_.reserve(1 + filter + text.size());
  bytes_ += static_cast<char>(std::bit_width(filter) - 1);
  append_trigram_filter(bytes_, text);
  bytes_ += text;
}

std::string_view SearchText::trigram_filter() const {
  return bytes_.empty() ? std::string_view()
                        : std::string_view(bytes_).substr(1, std::size_t{1} << bytes_[0]);
}

std::string_view SearchText::text() const {
  return bytes_.empty() ? std::string_view() : std::string_view(bytes_).substr(1 + trigram_filter().size());
}

std::size_t count_words(std::string_view text) {
  std::size_t count = 0;
  for_each_word(fold(text), [&count](std::string_view) { ++count; });
  return count;
}

Search::Search(std::string_view text) {
  for_each_word(fold(text), [this](std::string_view word) {
    if (std::find(words_.begin(), words_.end(), word) == words_.end()) words_.emplace_back(word);
  });
  for (const auto& word : words_) trigrams_.add(word);
}

void Search::require_tag(std::string_view tag) {
  tag_ = between(kTag, tag);
  trigrams_.add(tag_);
}

void Search::require_server(std::string_view server) {
  server_ = between(kField, server);
  trigrams_.add(server_);
}

bool Search::finds_in(std::string_view name) const {
  const auto folded = fold(name);
  return std::all_of(words_.begin(), words_.end(),
                     [&](const std::string& word) { return folded.find(word) != std::string::npos; });
}

int Search::rank(const SearchText& tool) const {
  if (!filters()) return 1;
  const auto filter = tool.trigram_filter();
  if (filter.empty() || !trigrams_.may_be_in(filter)) return 0;
  const auto fields = fields_of(tool.text());
  if (!tag_.empty() && fields[Tags].find(tag_) == std::string_view::npos) return 0;
  if (!server_.empty() && fields[Server] != std::string_view(server_).substr(1, server_.size() - 2)) return 0;
  int rank = 1;
  for (const auto& word : words_) {
    const int worth = worth_of(fields, word);
    if (worth == 0) return 0;
    rank += worth;
  }
  return rank;
}

}  // namespace toolhive::registry
