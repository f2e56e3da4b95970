#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"

namespace toolhive::registry::auth {

// A longer token is refused unread.
inline constexpr std::size_t kTokenBytes = 16 * 1024;

// A JSON Web Token (RFC 7519) in the compact form of RFC 7515, taken apart. Nothing in it can be
// believed yet.
struct Jwt {
  std::string algorithm;              // `alg` as it is written.
  std::optional<std::string> key_id;  // `kid`
  std::string payload;                // What is to be JSON.
  std::string signed_part;            // What the signature is of.
  std::string signature;
};

// Malformed, in words for the token's owner, for what is no such token, for one that is encrypted,
// and for one whose header has `crit`: no extension is understood here, so each must be refused.
Result<Jwt> parse_jwt(std::string_view token);

}  // namespace toolhive::registry::auth
