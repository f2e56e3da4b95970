// Texts cut to size between the characters of UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive {

// The beginning of valid UTF-8 that has at most so many bytes and ends between two characters.
std::string_view truncate_utf8(std::string_view utf8, std::size_t bytes);

// At most so many bytes of valid UTF-8: the text, or its beginning and "..." in place of the rest.
std::string shortened(std::string_view utf8, std::size_t bytes);

}  // namespace toolhive
