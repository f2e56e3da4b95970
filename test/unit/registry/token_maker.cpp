#include "token_maker.hpp"

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace toolhive::registry::test {
namespace {

using auth::Algorithm;

bool is_rsa(Algorithm algorithm) {
  return algorithm <= Algorithm::PS512;
}
bool is_pss(Algorithm algorithm) {
  return algorithm >= Algorithm::PS256 && algorithm <= Algorithm::PS512;
}

const char* digest_of(Algorithm algorithm) {
  const auto name = auth::name_of(algorithm);
  if (name.ends_with("256")) return "SHA256";
  if (name.ends_with("384")) return "SHA384";
  return name.ends_with("512") ? "SHA512" : nullptr;
}

}  // namespace

TokenMaker::TokenMaker(Algorithm algorithm, std::string id, int bits)
    : algorithm_(algorithm), id_(std::move(id)) {
  EVP_PKEY* made = nullptr;
  if (is_rsa(algorithm))
    made = EVP_RSA_gen(static_cast<unsigned>(bits));
  else if (algorithm == Algorithm::EdDSA)
    made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  else
    made = EVP_EC_gen(algorithm == Algorithm::ES256 ? "P-256" : "P-384");
  key_ = std::shared_ptr<EVP_PKEY>(made, EVP_PKEY_free);
  REQUIRE(key_ != nullptr);
}

std::string TokenMaker::parameter(const char* name) const {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1);
  // Coordinates have their leading zeros.
  const int size = is_rsa(algorithm_) ? BN_num_bytes(number) : algorithm_ == Algorithm::ES256 ? 32 : 48;
  std::string bytes(static_cast<std::size_t>(size), '\0');
  REQUIRE(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size) == size);
  BN_free(number);
  return encode_base64url(bytes);
}

Json TokenMaker::jwk() const {
  Json jwk = {{"kid", id_}, {"use", "sig"}, {"alg", auth::name_of(algorithm_)}};
  if (is_rsa(algorithm_)) {
    jwk["kty"] = "RSA";
    jwk["n"] = parameter(OSSL_PKEY_PARAM_RSA_N);
    jwk["e"] = parameter(OSSL_PKEY_PARAM_RSA_E);
  } else if (algorithm_ == Algorithm::EdDSA) {
    std::string bytes(32, '\0');
    std::size_t size = bytes.size();
    REQUIRE(EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size) ==
            1);
    jwk["kty"] = "OKP";
    jwk["crv"] = "Ed25519";
    jwk["x"] = encode_base64url(bytes);
  } else {
    jwk["kty"] = "EC";
    jwk["crv"] = algorithm_ == Algorithm::ES256 ? "P-256" : "P-384";
    jwk["x"] = parameter(OSSL_PKEY_PARAM_EC_PUB_X);
    jwk["y"] = parameter(OSSL_PKEY_PARAM_EC_PUB_Y);
  }
  return jwk;
}

std::string TokenMaker::pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  REQUIRE(PEM_write_bio_PUBKEY(out.get(), key_.get()) == 1);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

Json TokenMaker::header() const {
  return {{"alg", auth::name_of(algorithm_)}, {"kid", id_}, {"typ", "JWT"}};
}

std::string TokenMaker::sign(const Json& header, const std::string& payload) const {
  const auto text = encode_base64url(header.dump()) + "." + encode_base64url(payload);
  return text + "." + encode_base64url(signature_of(text));
}

std::string TokenMaker::signature_of(const std::string& text) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  REQUIRE(EVP_DigestSignInit_ex(context.get(), &options, digest_of(algorithm_), nullptr, nullptr, key_.get(),
                                nullptr) == 1);
  if (is_pss(algorithm_)) {
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                         text.size()) == 1);
  signature.resize(size);
  if (is_rsa(algorithm_) || algorithm_ == Algorithm::EdDSA) return signature;

  const auto* der = reinterpret_cast<const unsigned char*>(signature.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
      d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)), ECDSA_SIG_free);
  REQUIRE(pair != nullptr);
  const int half = algorithm_ == Algorithm::ES256 ? 32 : 48;
  std::string both(2 * static_cast<std::size_t>(half), '\0');
  auto* to = reinterpret_cast<unsigned char*>(both.data());
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, half) == half);
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + half, half) == half);
  return both;
}

}  // namespace toolhive::registry::test
