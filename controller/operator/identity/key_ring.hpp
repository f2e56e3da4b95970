// KeyRing: the keys of the operator, and which of them signs when.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/operator/client_certificate.hpp"
#include "controller/operator/identity/signing_key.hpp"

namespace toolhive {

// How long a token is good.
inline constexpr std::chrono::minutes kTokenLifetime{10};
// After which another key is made.
inline constexpr std::chrono::hours kKeyLifetime{30 * 24};
// How long a key is published before it signs, so that each registry has it by then, and how long
// one is published after it signed last, so that its tokens have expired by then.
inline constexpr std::chrono::hours kKeyOverlap{1};
// How long a key's certificate is good: for longer than the key is used, unless nobody rotates it.
inline constexpr std::chrono::hours kKeyCertificateLifetime{90 * 24};

// Not thread-safe.
class KeyRing {
 public:
  // From what to_json() gave; Invalid, without a secret, for anything else.
  static StatusOr<KeyRing> parse(const std::string& text);
  // With the private keys.
  StatusOr<std::string> to_json() const;

  bool empty() const { return keys_.empty(); }
  // Makes a key when there is none or the youngest is old, and a certificate for each that has none,
  // and drops those whose tokens or certificates have expired. Whether that changed anything.
  StatusOr<bool> rotate(WallTime now);
  // The one to sign with. There must be one.
  const SigningKey& signer(WallTime now) const;
  // Of all keys, as a JWK Set (RFC 7517, section 5).
  Json public_keys() const;
  // Of the key that signs now. There must be one, and rotate() must have been called.
  StatusOr<ClientCertificate> client_certificate(WallTime now) const;
  // Those of all keys, in PEM, the oldest first: whom a registry is to let in.
  std::string client_certificates() const;

 private:
  struct Entry {
    SigningKey key;
    WallTime made;
    // In PEM; empty: none yet. All replicas show the same, for a registry knows it byte by byte.
    std::string certificate;
  };

  bool drop_expired(WallTime now);
  StatusOr<bool> certify(Entry& entry) const;
  std::size_t signing(WallTime now) const;

  std::vector<Entry> keys_;  // the oldest comes first
};

}  // namespace toolhive
