#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolhive::registry {

// `reference` as one who reads it in the document at `base`, an absolute URI without a fragment,
// understands it (RFC 3986, section 5.2). The reference must have no fragment either. Takes time in
// proportion to the two.
std::string resolve_uri(std::string_view base, std::string_view reference);

// Decodes %XX in a fragment. None for a broken escape.
std::optional<std::string> decode_fragment(std::string_view fragment);

}  // namespace toolhive::registry
