// Base64, RFC 4648 section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolhive {

// Nothing when `text` is not base64. Line breaks and blanks between the characters are skipped, as they
// occur in hand-made files.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

}  // namespace toolhive
