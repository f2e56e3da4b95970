// Small helpers on text.
#pragma once

#include <string_view>

namespace toolhive {

// An RFC 1123 subdomain: what the name of most objects must be.
bool is_dns_subdomain(std::string_view text);

// The key of a label: a name, after the subdomain of whoever gave it and a slash, or alone.
bool is_label_key(std::string_view text);

// An RFC 1035 label: what a Service's name must be.
bool is_dns_label(std::string_view text);

}  // namespace toolhive
