#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/auth/algorithm.hpp"
#include "registry/base/result.hpp"

struct evp_pkey_st;

namespace toolhive::registry::auth {

// A key of an issuer. Thread safe, as it never changes.
struct PublicKey {
  enum class Type { Rsa, P256, P384, Ed25519 };
  Type type = Type::Rsa;
  std::string id;                      // `kid`, empty when it has none.
  std::optional<Algorithm> algorithm;  // The only one it is for, when it says so.
  std::shared_ptr<evp_pkey_st> key;

  // Whether signatures of `algorithm` are made with keys of this type, and this one is for it.
  bool fits(Algorithm algorithm) const;
};

// Reads a JWK Set (RFC 7517). Keys that cannot verify what is allowed here are left out, as the RFC
// says: other types, for encryption, secret ones, RSA of less than 2048 or more than 8192 bits,
// points that are not on their curve; so is what comes after 1,000 that can. Malformed for what is
// no such set.
Result<std::vector<PublicKey>> parse_key_set(std::string_view json);

// Whether `signature` is one of `text` by `key` under `algorithm`. False too when the key is for
// another algorithm.
bool verify_signature(Algorithm algorithm, const PublicKey& key, std::string_view text,
                      std::string_view signature);

}  // namespace toolhive::registry::auth
