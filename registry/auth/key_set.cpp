#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <nlohmann/json.hpp>

#include "controller/base/base64.hpp"
#include "controller/base/free_with.hpp"
#include "registry/auth/public_key.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry::auth {
namespace {

// What is checked of each costs up to a millisecond.
constexpr std::size_t kMostKeys = 1'000;
constexpr JsonLimits kSetLimits{8, 20'000};
constexpr int kFewestRsaBits = 2048, kMostRsaBits = 8192;

using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using Key = std::shared_ptr<EVP_PKEY>;

// A member that is a text; empty when it is not there or is something else.
std::string text_of(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// A number; some issuers pad its text, which RFC 7515 leaves out.
std::string bytes_of(const Json& object, const char* name) {
  auto text = text_of(object, name);
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.pop_back();
  return decode_base64url(text).value_or(std::string());
}

Key make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  Key key(made, EVP_PKEY_free);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return check && EVP_PKEY_public_check(check.get()) == 1 ? key : nullptr;
}

Number number_of(const std::string& bytes) {
  // Beyond what any accepted key has, no time is spent.
  if (bytes.empty() || bytes.size() > kMostRsaBits / 8 + 1) return nullptr;
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

Key rsa_key(const Json& jwk) {
  const auto modulus = number_of(bytes_of(jwk, "n"));
  const auto exponent = number_of(bytes_of(jwk, "e"));
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!modulus || !exponent || !builder || BN_num_bits(exponent.get()) > 64 ||
      BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) != 0 ||
      BN_num_bits(modulus.get()) < kFewestRsaBits || BN_num_bits(modulus.get()) > kMostRsaBits ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  return make_key("RSA", builder.get());
}

Key curve_key(const Json& jwk, const char* group, std::size_t size) {
  const auto x = bytes_of(jwk, "x");
  const auto y = bytes_of(jwk, "y");
  const Builder builder(OSSL_PARAM_BLD_new());
  if (x.size() != size || y.size() != size || !builder) return nullptr;
  const auto point = '\x04' + x + y;
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return nullptr;
  return make_key("EC", builder.get());
}

Key edwards_key(const Json& jwk) {
  const auto x = bytes_of(jwk, "x");
  if (x.size() != 32) return nullptr;
  return Key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr,
                                            reinterpret_cast<const unsigned char*>(x.data()), x.size()),
             EVP_PKEY_free);
}

bool is_for_signatures(const Json& jwk) {
  if (const auto use = text_of(jwk, "use"); !use.empty() && use != "sig") return false;
  const auto operations = jwk.find("key_ops");
  // Null and an empty list are what some libraries write for a member that is not set: they say
  // nothing.
  if (operations == jwk.end() || operations->is_null()) return true;
  if (!operations->is_array()) return false;
  if (operations->empty()) return true;
  for (const auto& operation : *operations) {
    if (operation == "verify") return true;
  }
  return false;
}

std::optional<PublicKey> read_key(const Json& jwk) {
  if (!jwk.is_object() || !is_for_signatures(jwk)) return std::nullopt;
  PublicKey key;
  key.id = text_of(jwk, "kid");
  if (const auto algorithm = text_of(jwk, "alg"); !algorithm.empty()) {
    key.algorithm = parse_algorithm(algorithm);
    if (!key.algorithm) return std::nullopt;
  }
  const auto type = text_of(jwk, "kty");
  const auto curve = text_of(jwk, "crv");
  if (type == "RSA") {
    key.type = PublicKey::Type::Rsa;
    key.key = rsa_key(jwk);
  } else if (type == "EC" && curve == "P-256") {
    key.type = PublicKey::Type::P256;
    key.key = curve_key(jwk, "prime256v1", 32);
  } else if (type == "EC" && curve == "P-384") {
    key.type = PublicKey::Type::P384;
    key.key = curve_key(jwk, "secp384r1", 48);
  } else if (type == "OKP" && curve == "Ed25519") {
    key.type = PublicKey::Type::Ed25519;
    key.key = edwards_key(jwk);
  }
  if (key.key == nullptr) return std::nullopt;
  return key;
}

}  // namespace

Result<std::vector<PublicKey>> parse_key_set(std::string_view json) {
  auto set = parse_json(json, kSetLimits);
  if (!set) return set.take_error();
  const auto keys = set->find("keys");
  if (!set->is_object() || keys == set->end() || !keys->is_array())
    return Error{Code::Malformed, "must be a JSON object with an array of keys", "keys"};
  std::vector<PublicKey> out;
  for (const auto& jwk : *keys) {
    if (out.size() == kMostKeys) break;
    if (auto key = read_key(jwk)) out.push_back(std::move(*key));
  }
  ERR_clear_error();  // Of keys that were left out.
  return out;
}

}  // namespace toolhive::registry::auth
