#include "registry/model/pattern_syntax.hpp"

#include <cstddef>

namespace toolhive::registry {
namespace {

// Where a class that begins at `at` has its last bracket; npos when it has none.
std::size_t end_of_class(std::string_view pattern, std::size_t at) {
  for (++at; at < pattern.size() && pattern[at] != ']'; ++at)
    if (pattern[at] == '\\') ++at;
  return at < pattern.size() ? at : pattern.npos;
}

}  // namespace

std::string_view pattern_flaw(std::string_view pattern) {
  std::size_t open = 0;
  bool repeatable = false;  // Whether there is something before that can be repeated.
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\' && ++at == pattern.size()) return "ends in a backslash that escapes nothing";
    if (c == '[' && (at = end_of_class(pattern, at)) == pattern.npos) return "has a [ without its ]";
    if (c == ')' && open-- == 0) return "has a ) without its (";
    if ((c == '*' || c == '+' || c == '?') && !repeatable) return "repeats what is not there";
    if (c == '(') {
      ++open;
      // What comes after (? says what the group is.
      if (at + 1 < pattern.size() && pattern[at + 1] == '?') ++at;
    }
    repeatable = c != '(' && c != '|';
  }
  return open == 0 ? std::string_view() : "has a ( without its )";
}

}  // namespace toolhive::registry
