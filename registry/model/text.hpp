#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive::registry {

// Whether it has bytes below 0x80 alone.
bool is_ascii(std::string_view text);

// How many characters (code points) valid UTF-8 holds.
std::size_t count_characters(std::string_view utf8);

// Without the blanks at both ends.
std::string_view trim(std::string_view text, std::string_view blanks = " \t");

// ASCII letters in lower case.
std::string to_lower(std::string_view text);

}  // namespace toolhive::registry
