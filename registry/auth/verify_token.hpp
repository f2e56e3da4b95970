#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/auth/claims.hpp"
#include "registry/auth/public_key.hpp"
#include "registry/auth/settings.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::auth {

// What a token comes to under the keys of who `settings` say signs: its form, its algorithm, its
// signature (RFC 7515) and its claims are checked. None when it is signed with a key that is not
// among `keys`. An error says in words for the token's owner what is wrong, and holds no part of
// it.
std::optional<Result<Claims>> verify_token(const std::string& token, const std::vector<PublicKey>& keys,
                                           const OidcSettings& settings, WallTime now);

}  // namespace toolhive::registry::auth
