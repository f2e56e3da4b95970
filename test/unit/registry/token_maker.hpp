#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/base64.hpp"
#include "registry/auth/algorithm.hpp"
#include "registry/model/json.hpp"

struct evp_pkey_st;

namespace toolhive::registry::test {

// Signs as an issuer does, with keys of its own.
class TokenMaker {
 public:
  // A new key that fits `algorithm`, known as `id`. `bits` is for RSA.
  TokenMaker(auth::Algorithm algorithm, std::string id, int bits = 2048);

  // The public key as a JWK.
  Json jwk() const;
  // The public key as PEM: what confusions of algorithms take for a secret.
  std::string pem() const;
  // `{"alg":...,"kid":...,"typ":"JWT"}`
  Json header() const;
  std::string sign(const Json& payload) const { return sign(header(), payload.dump()); }
  std::string sign(const Json& header, const std::string& payload) const;

  const std::string& id() const { return id_; }

 private:
  std::string signature_of(const std::string& text) const;
  std::string parameter(const char* name) const;

  const auth::Algorithm algorithm_;
  const std::string id_;
  std::shared_ptr<evp_pkey_st> key_;
};

// A JWK Set of these.
template <class... Makers>
std::string key_set(const Makers&... makers) {
  Json set = {{"keys", Json::array()}};
  (set["keys"].push_back(makers.jwk()), ...);
  return set.dump();
}

}  // namespace toolhive::registry::test
