// Small helpers on text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive {

// At most `limit` bytes, cut between characters of UTF-8 and ended with "..." when something was cut.
std::string shortened(std::string_view text, std::size_t limit);

// RFC 3986: everything but unreserved characters becomes %XX.
std::string percent_encoded(std::string_view text);

// An RFC 1035 label: what a Service's name must be.
bool is_dns_label(std::string_view text);

}  // namespace toolhive
