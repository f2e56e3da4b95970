#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry {

// Valid UTF-8 as searches compare it, so that texts that people take for the same are: letters of
// every script in lower case (Unicode's case folding), without the accents of Latin, Greek and
// Cyrillic ones, composed (NFC); wide, small and circled forms as plain ones; blanks of every kind
// as spaces, and without what cannot be seen. At most four times as long as `text`.
std::string fold(std::string_view text);

// Whether the character of valid UTF-8 that ends before `at` is a letter, a digit or a mark on one:
// within a word, as far as scripts have any.
bool ends_in_word(std::string_view text, std::size_t at);

}  // namespace toolhive::registry
