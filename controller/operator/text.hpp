// Small helpers on text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive {

// Text that somebody else wrote, fit for a status, an event or a log: what is no UTF-8 becomes U+FFFD, control
// characters become blanks, and at most `limit` bytes are left, as shortened() leaves them.
std::string cleaned(std::string_view text, std::size_t limit);

// An RFC 1123 subdomain: what the name of most objects must be.
bool is_dns_subdomain(std::string_view text);

// The key of a label: a name, after the subdomain of whoever gave it and a slash, or alone.
bool is_label_key(std::string_view text);

// An RFC 1035 label: what a Service's name must be.
bool is_dns_label(std::string_view text);

}  // namespace toolhive
