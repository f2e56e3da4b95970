#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace registry {

/// How many characters (code points) valid UTF-8 holds.
std::size_t count_characters(std::string_view utf8);

/// ASCII letters in lower case.
std::string to_lower(std::string_view text);

}  // namespace registry
