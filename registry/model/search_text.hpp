#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace registry {

/// What searches and filters of the list look at in a tool.
struct SearchFields {
  std::string_view name, title, description, server;  ///< `server` is the name of the server it belongs to.
  std::vector<std::string_view> tags;
};

/// The fields in one text, ASCII letters in lower case, kept beside each tool.
std::string search_text(const SearchFields& fields);

/// Whether the tool of a search text bears this tag (lower case).
bool has_tag(std::string_view search_text, std::string_view tag);

/// Whether it belongs to the server of this name (lower case).
bool has_server(std::string_view search_text, std::string_view server);

/// Words, and how well a tool matches them.
class Search {
 public:
  /// `text` is split at spaces. No words match everything.
  explicit Search(std::string_view text);

  bool empty() const { return words_.empty(); }

  /// 0 when some word is nowhere in the tool; else more for better matches. A word counts by the best place it is
  /// found at: the whole name, the start of the name or of a part of it, within the name, the title, a tag, the
  /// server, the description; the start of a word more than its inside.
  int rank(std::string_view search_text) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace registry
