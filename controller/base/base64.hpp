// Base64 and base64url, RFC 4648 sections 4 and 5.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolhive {

// Nothing when `text` is not base64. Line breaks and blanks between the characters are skipped, as
// they occur in hand-made files.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

// base64url without padding, as tokens have it (RFC 7515, section 2). Nothing for any other
// character, an impossible length, and bits left over that are not zero: each value has one
// encoding.
std::optional<std::string> decode_base64url(std::string_view text);
std::string encode_base64url(std::string_view bytes);

}  // namespace toolhive
