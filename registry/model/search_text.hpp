#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/model/trigrams.hpp"

namespace toolhive::registry {

// What searches and filters of the lists look at in a tool, or in a server, which has no tags and
// names no server.
struct SearchFields {
  // `server` is the name of the server it belongs to.
  std::string_view name, title, description, server;
  std::vector<std::string_view> tags;
};

// The fields in one text, folded (fold.hpp), kept beside each tool and server. In front of it is a
// filter, which spares most tools of a search the look at their text: memory is what a search over
// all of them waits for.
class SearchText {
 public:
  SearchText() = default;
  explicit SearchText(const SearchFields& fields);

  std::string_view text() const;
  std::string_view trigram_filter() const;
  // In bytes, of both.
  std::size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;  // One byte: the binary logarithm of the filter's size. The filter. The text.
};

// More than anybody types. Each is looked for in everything.
inline constexpr std::size_t kMostWords = 16;

// How many words a text has, repeated ones included.
std::size_t count_words(std::string_view text);

// What a list is to hold: words, and how well a tool matches them; the tag and the server that it
// must have.
class Search {
 public:
  // `text` is split at blanks. No words match everything. A word counts once, however often it is
  // there.
  explicit Search(std::string_view text);

  // From here on only tools with this tag, of this server (whole names, folded) match. Empty: any.
  void require_tag(std::string_view tag);
  void require_server(std::string_view server);

  bool has_words() const { return !words_.empty(); }
  // Whether it leaves out anything.
  bool filters() const { return has_words() || !tag_.empty() || !server_.empty(); }

  // 0 when some word, the tag or the server is nowhere in the tool; else more for better matches,
  // and 1 without words. A word counts by the best place it is found at: the whole name, the start
  // of the name or of a part of it, within the name, the title, a tag, the server, the description;
  // the start of a word more than its inside.
  int rank(const SearchText& tool) const;

  // Whether every word is in the name.
  bool finds_in(std::string_view name) const;

 private:
  std::vector<std::string> words_;
  std::string tag_, server_;  // Folded, with what is around them in a text.
  Trigrams trigrams_;         // Of all of these.
};

}  // namespace toolhive::registry
