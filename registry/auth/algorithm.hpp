#pragma once

#include <optional>
#include <string_view>

namespace toolhive::registry::auth {

// The signatures of RFC 7518, section 3.1, and RFC 8037 that a token may carry. There is no `none`
// and no HMAC among them: what is not here cannot be allowed.
enum class Algorithm { RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA };

// None for a name that is none of these. Ed25519 is what RFC 9864 calls EdDSA over the one curve
// that is taken here.
std::optional<Algorithm> parse_algorithm(std::string_view name);
std::string_view name_of(Algorithm algorithm);

}  // namespace toolhive::registry::auth
