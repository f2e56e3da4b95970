// Percent-encoding, RFC 3986 section 2.1.
#pragma once

#include <string>
#include <string_view>

namespace toolhive {

// Everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

// What a hexadecimal digit of either case stands for; -1 for any other character.
int hex_digit(char c);

}  // namespace toolhive
