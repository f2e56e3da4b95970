#pragma once

#include <string_view>

#include "controller/base/clock.hpp"
#include "registry/auth/identity.hpp"
#include "registry/auth/settings.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::auth {

// What the claims of a token come to.
struct Claims {
  Identity identity;
  WallTime expires;  // With the leeway: from then on it is not accepted.
};

// Checks the claims of a token whose signature was verified (RFC 7519, section 4.1; OpenID Connect
// Core, section 3.1.3.7): `iss` is the issuer, `aud` has one of the audiences, `exp` is there and
// not over, `nbf` and `iat` are not to come, and somebody is named. `azp` and claims that nobody
// asked for are not looked at. An error says in words for the token's owner what is wrong.
Result<Claims> check_claims(std::string_view payload, const OidcSettings& settings, WallTime now);

}  // namespace toolhive::registry::auth
