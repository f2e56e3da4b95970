// Text that somebody else wrote, made safe for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive::plugin {

// The text in UTF-8 with each character that steers a terminal, turns the direction of writing or
// cannot be seen shown by its code: a line break as \n, ESC as \x1b, U+202E as \u202e. What is no
// UTF-8 becomes U+FFFD. Thread-safe.
std::string visible(std::string_view text);

// The same of several lines: their ends and tabs stay.
std::string visible_lines(std::string_view text);

// How many characters valid UTF-8 has: about the columns that it takes.
std::size_t character_count(std::string_view utf8);

}  // namespace toolhive::plugin
