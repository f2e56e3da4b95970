// SigningKey: a key that signs JSON Web Tokens with ES256.
#pragma once

#include <memory>
#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

struct evp_pkey_st;

namespace toolhive {

// Immutable, so thread-safe. Errors are Invalid, and hold nothing of the key.
class SigningKey {
 public:
  // A new one.
  static StatusOr<SigningKey> make();
  // Of what pem() gave.
  static StatusOr<SigningKey> from_pem(const std::string& pem);

  // The private key in PKCS #8: a secret.
  StatusOr<std::string> pem() const;
  // Its thumbprint (RFC 7638), by which tokens and key sets name it.
  const std::string& id() const { return id_; }
  // The public key as a JWK (RFC 7517).
  Json jwk() const;
  // A JSON Web Token in the compact form (RFC 7515, section 7.1) of these claims.
  StatusOr<std::string> sign(const Json& claims) const;

 private:
  static StatusOr<SigningKey> of(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  std::string id_, x_, y_;  // the point's coordinates in base64url
};

}  // namespace toolhive
