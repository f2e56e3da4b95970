#include "registry/auth/verify_token.hpp"

#include <algorithm>

#include "registry/auth/jwt.hpp"

namespace toolhive::registry::auth {
namespace {

// Each costs some ten microseconds, and who sends the token need not be known.
constexpr int kMostTried = 100;

enum class Signed { Well, Badly, ByAnother };

Signed check_signature(const Jwt& jwt, Algorithm algorithm, const std::vector<PublicKey>& keys) {
  bool found = false;
  int tried = 0;
  for (const auto& key : keys) {
    if (!key.fits(algorithm) || (jwt.key_id && *jwt.key_id != key.id)) continue;
    found = true;
    if (++tried > kMostTried) break;
    if (verify_signature(algorithm, key, jwt.signed_part, jwt.signature)) return Signed::Well;
  }
  // Without a name, the key may be one that is not known yet.
  return found && jwt.key_id ? Signed::Badly : Signed::ByAnother;
}

}  // namespace

std::optional<Result<Claims>> verify_token(const std::string& token, const std::vector<PublicKey>& keys,
                                           const OidcSettings& settings, WallTime now) {
  const auto rejected = [](std::string why) { return Error{Code::Invalid, std::move(why)}; };
  auto jwt = parse_jwt(token);
  if (!jwt) return jwt.take_error();
  const auto algorithm = parse_algorithm(jwt->algorithm);
  const auto& allowed = settings.algorithms;
  if (!algorithm || std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end())
    return rejected("the token is signed with an algorithm that is not allowed here");
  switch (check_signature(*jwt, *algorithm, keys)) {
    case Signed::ByAnother:
      return std::nullopt;
    case Signed::Badly:
      return rejected("the token's signature is wrong");
    case Signed::Well:
      break;
  }
  return check_claims(jwt->payload, settings, now);
}

}  // namespace toolhive::registry::auth
