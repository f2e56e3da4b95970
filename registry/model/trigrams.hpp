#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolhive::registry {

// Appends a filter of `text` to `out`: which three bytes in a row occur in it, each as one bit of a
// table that has about two bits for each byte. What is not in the filter is not in the text; about
// a fifth of what is not in the text is in the filter all the same.
void append_trigram_filter(std::string& out, std::string_view text);

// How many bytes that takes for a text of this size.
std::size_t trigram_filter_size(std::size_t text_size);

// The threes of bytes of what is looked for, to ask filters for. A value; const calls are thread
// safe.
class Trigrams {
 public:
  // All that is added has to be in a text. Parts of one or two bytes say nothing.
  void add(std::string_view part);

  // False when a text of this filter surely lacks some part.
  bool may_be_in(std::string_view filter) const;

 private:
  std::vector<std::uint32_t> hashes_;
};

}  // namespace toolhive::registry
