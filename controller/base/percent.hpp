// Percent-encoding, RFC 3986 section 2.1.
#pragma once

#include <string>
#include <string_view>

namespace toolhive {

// Everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace toolhive
