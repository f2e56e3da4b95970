#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolhive::registry {

/// Decodes base64url without padding (RFC 4648, section 5; RFC 7515, section 2). None for any other character, an impossible
/// length, and bits left over that are not zero: each value has one encoding.
std::optional<std::string> decode_base64url(std::string_view text);

// The encoding that decode_base64url() reads.
std::string encode_base64url(std::string_view bytes);

}  // namespace toolhive::registry
