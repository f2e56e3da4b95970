// Text that somebody else wrote, made fit to be shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive {

// The text with U+FFFD in place of what is no UTF-8.
std::string valid_utf8(std::string_view text);

// Fit for a status, an event or a log: what is no UTF-8 becomes U+FFFD, control characters become
// blanks, and at most `limit` bytes are left, as shortened() leaves them.
std::string cleaned(std::string_view text, std::size_t limit);

}  // namespace toolhive
