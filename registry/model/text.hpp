#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive::registry {

// Whether it has bytes below 0x80 alone.
bool is_ascii(std::string_view text);

/// How many characters (code points) valid UTF-8 holds.
std::size_t count_characters(std::string_view utf8);

/// The beginning of valid UTF-8 that has at most so many bytes and ends between two characters.
std::string_view begin_of(std::string_view utf8, std::size_t bytes);

// Valid UTF-8 of at most so many bytes: the text, or its beginning and "..." in place of the rest.
std::string shortened(std::string_view utf8, std::size_t bytes);

/// Without the blanks at both ends.
std::string_view trim(std::string_view text, std::string_view blanks = " \t");

/// ASCII letters in lower case.
std::string to_lower(std::string_view text);

}  // namespace toolhive::registry
