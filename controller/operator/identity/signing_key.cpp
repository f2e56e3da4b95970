#include "controller/operator/identity/signing_key.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/base/base64.hpp"
#include "controller/base/sha256.hpp"
#include "controller/base/x509.hpp"

namespace toolhive {

namespace {

constexpr int kCoordinateBytes = 32;  // of the curve P-256

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

// What is left in the thread's list of errors would be taken for one of its next TLS connection.
Status key_error(const char* what) {
  ERR_clear_error();
  return Status(Code::Invalid, what);
}

std::string big_endian(const BIGNUM* number) {
  std::string bytes(kCoordinateBytes, '\0');
  const int written = BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kCoordinateBytes);
  return written == kCoordinateBytes ? bytes : std::string();
}

// Empty when the key is none of this curve.
std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  const std::string bytes = big_endian(number);
  BN_free(number);
  return bytes;
}

bool is_p256(const EVP_PKEY* key) {
  char group[32] = {};
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, nullptr) == 1 &&
         std::string_view(group) == "prime256v1";
}

// The two numbers one after the other that a token has (RFC 7518, section 3.4). Empty when it is no
// such signature.
std::string joined_numbers(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const Owned<ECDSA_SIG> both(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), ECDSA_SIG_free);
  if (!both) return {};
  return big_endian(ECDSA_SIG_get0_r(both.get())) + big_endian(ECDSA_SIG_get0_s(both.get()));
}

// Empty when OpenSSL cannot.
std::string der_signature(EVP_PKEY* key, const std::string& text) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  if (!context ||
      EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key, nullptr) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
    return {};
  std::string der(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, bytes,
                     text.size()) != 1)
    return {};
  der.resize(size);
  return der;
}

}  // namespace

StatusOr<SigningKey> SigningKey::make() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (!key) return key_error("no key can be made");
  return of(std::move(key));
}

StatusOr<SigningKey> SigningKey::from_pem(const std::string& pem) {
  const Owned<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  std::shared_ptr<EVP_PKEY> key(
      text ? PEM_read_bio_PrivateKey(text.get(), nullptr, x509::no_password, nullptr) : nullptr,
      EVP_PKEY_free);
  if (!key) return key_error("is no private key in PEM");
  return of(std::move(key));
}

StatusOr<SigningKey> SigningKey::of(std::shared_ptr<EVP_PKEY> key) {
  if (!is_p256(key.get())) return key_error("is not a key of the curve P-256");
  const std::string x = coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X);
  const std::string y = coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
  if (x.empty() || y.empty()) return key_error("is a key without its public half");
  SigningKey made;
  made.key_ = std::move(key);
  made.x_ = encode_base64url(x);
  made.y_ = encode_base64url(y);
  // The members in this order and without blanks are what RFC 7638 says to hash.
  const Sha256 hash =
      sha256(R"({"crv":"P-256","kty":"EC","x":")" + made.x_ + R"(","y":")" + made.y_ + R"("})");
  made.id_ = encode_base64url({reinterpret_cast<const char*>(hash.data()), hash.size()});
  return made;
}

StatusOr<std::string> SigningKey::pem() const {
  const Owned<BIO> text(BIO_new(BIO_s_mem()), BIO_free_all);
  if (!text ||
      PEM_write_bio_PKCS8PrivateKey(text.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return key_error("the key cannot be written as PEM");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

Json SigningKey::jwk() const {
  return {{"kty", "EC"}, {"crv", "P-256"}, {"alg", "ES256"}, {"use", "sig"},
          {"kid", id_},  {"x", x_},        {"y", y_}};
}

StatusOr<std::string> SigningKey::sign(const Json& claims) const {
  const Json header = {{"alg", "ES256"}, {"typ", "JWT"}, {"kid", id_}};
  const std::string text = encode_base64url(header.dump()) + "." + encode_base64url(claims.dump());
  const std::string signature = joined_numbers(der_signature(key_.get(), text));
  if (signature.empty()) return key_error("the token cannot be signed");
  return text + "." + encode_base64url(signature);
}

}  // namespace toolhive
