// KeyRing: the keys of the operator, and which of them signs when.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/operator/identity/signing_key.hpp"

namespace toolhive {

// How long a token is good.
inline constexpr std::chrono::minutes kTokenLifetime{10};
// After which another key is made.
inline constexpr std::chrono::hours kKeyLifetime{30 * 24};
// How long a key is published before it signs, so that each registry has it by then, and how long
// one is published after it signed last, so that its tokens have expired by then.
inline constexpr std::chrono::hours kKeyOverlap{1};

// Not thread-safe.
class KeyRing {
 public:
  // From what to_json() gave; Invalid, without a secret, for anything else.
  static StatusOr<KeyRing> parse(const std::string& text);
  // With the private keys.
  StatusOr<std::string> to_json() const;

  // Makes a key when there is none or the youngest is old, and drops those whose tokens have
  // expired. Whether that changed anything.
  StatusOr<bool> rotate(WallTime now);
  // The one to sign with. There must be one.
  const SigningKey& signer(WallTime now) const;
  // Of all keys, as a JWK Set (RFC 7517, section 5).
  Json public_keys() const;

 private:
  struct Entry {
    SigningKey key;
    WallTime made;
  };

  bool drop_expired(WallTime now);
  std::size_t signing(WallTime now) const;

  std::vector<Entry> keys_;  // the oldest comes first
};

}  // namespace toolhive
