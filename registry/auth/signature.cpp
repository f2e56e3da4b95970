#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "registry/auth/public_key.hpp"

namespace toolhive::registry::auth {
namespace {

struct Scheme {
  PublicKey::Type key;
  const char* digest;  // Null: the scheme has its own.
  bool pss = false;
};

Scheme scheme_of(Algorithm algorithm) {
  using Type = PublicKey::Type;
  switch (algorithm) {
    case Algorithm::RS256:
      return {Type::Rsa, "SHA256"};
    case Algorithm::RS384:
      return {Type::Rsa, "SHA384"};
    case Algorithm::RS512:
      return {Type::Rsa, "SHA512"};
    case Algorithm::PS256:
      return {Type::Rsa, "SHA256", true};
    case Algorithm::PS384:
      return {Type::Rsa, "SHA384", true};
    case Algorithm::PS512:
      return {Type::Rsa, "SHA512", true};
    case Algorithm::ES256:
      return {Type::P256, "SHA256"};
    case Algorithm::ES384:
      return {Type::P384, "SHA384"};
    case Algorithm::EdDSA:
      break;
  }
  return {Type::Ed25519, nullptr};
}

// The DER that OpenSSL wants, from the two numbers one after the other that a token has (RFC 7518,
// section 3.4). Empty when the length is wrong.
std::string der_signature(std::string_view pair, std::size_t size) {
  if (pair.size() != 2 * size) return {};
  const auto* bytes = reinterpret_cast<const unsigned char*>(pair.data());
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> both(ECDSA_SIG_new(), ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(bytes, static_cast<int>(size), nullptr);
  BIGNUM* s = BN_bin2bn(bytes + size, static_cast<int>(size), nullptr);
  if (!both || r == nullptr || s == nullptr || ECDSA_SIG_set0(both.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  const int length = i2d_ECDSA_SIG(both.get(), nullptr);
  if (length <= 0) return {};
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  return i2d_ECDSA_SIG(both.get(), &end) == length ? der : std::string();
}

}  // namespace

bool PublicKey::fits(Algorithm wanted) const {
  return scheme_of(wanted).key == type && (!algorithm || *algorithm == wanted);
}

bool verify_signature(Algorithm algorithm, const PublicKey& key, std::string_view text,
                      std::string_view signature) {
  if (!key.fits(algorithm)) return false;
  const auto scheme = scheme_of(algorithm);
  std::string der;
  if (key.type == PublicKey::Type::P256 || key.type == PublicKey::Type::P384) {
    der = der_signature(signature, key.type == PublicKey::Type::P256 ? 32 : 48);
    if (der.empty()) return false;
    signature = der;
  }
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;  // Belongs to the context.
  if (!context || EVP_DigestVerifyInit_ex(context.get(), &options, scheme.digest, nullptr, nullptr,
                                          key.key.get(), nullptr) != 1)
    return false;
  // The salt is as long as the digest: RFC 7518, section 3.5.
  if (scheme.pss && (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
                     EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  const bool good = EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                                     signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size()) == 1;
  // What is left in the thread's list of errors would be taken for one of its next TLS connection.
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace toolhive::registry::auth
