#include "controller/http/self_signed.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstddef>
#include <memory>

#include "controller/base/free_with.hpp"

namespace toolhive::http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

constexpr long kBackdated = -3600;  // clocks differ
constexpr int kDays = 3650;
constexpr std::size_t kLongestCommonName = 64;  // ub-common-name of RFC 5280

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] &= 0x7F;  // positive, as RFC 5280 has it
  const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, const std::vector<std::string>& dns_names) {
  const std::string common = dns_names.front().substr(0, kLongestCommonName);
  X509_NAME* subject = X509_get_subject_name(certificate);
  if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0) != 1 ||
      X509_set_issuer_name(certificate, subject) != 1)
    return false;
  const Names names(GENERAL_NAMES_new());
  if (!names) return false;
  for (const std::string& name : dns_names) {
    GENERAL_NAME* entry = GENERAL_NAME_new();
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    if (entry == nullptr || text == nullptr ||
        ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) != 1 ||
        sk_GENERAL_NAME_push(names.get(), entry) <= 0) {
      GENERAL_NAME_free(entry);
      ASN1_IA5STRING_free(text);
      return false;
    }
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1;
}

bool extend(X509* certificate, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, what, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

StatusOr<PemPair> make_self_signed(const std::vector<std::string>& dns_names) {
  if (dns_names.empty()) return Status(Code::Invalid, "a self-signed certificate needs a name");
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made(X509_new());
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  const Bio key_text(BIO_new(BIO_s_mem()));
  const bool good =
      key && made && certificate_text && key_text && X509_set_version(made.get(), X509_VERSION_3) == 1 &&
      set_serial(made.get()) && X509_gmtime_adj(X509_getm_notBefore(made.get()), kBackdated) != nullptr &&
      X509_time_adj_ex(X509_getm_notAfter(made.get()), kDays, 0, nullptr) != nullptr &&
      X509_set_pubkey(made.get(), key.get()) == 1 && set_subject(made.get(), dns_names) &&
      extend(made.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      extend(made.get(), NID_key_usage, "critical,digitalSignature") &&
      extend(made.get(), NID_ext_key_usage, "serverAuth") &&
      X509_sign(made.get(), key.get(), EVP_sha256()) > 0 &&
      PEM_write_bio_X509(certificate_text.get(), made.get()) == 1 &&
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  ERR_clear_error();
  if (!good) return Status(Code::Internal, "OpenSSL cannot make a self-signed certificate");
  return PemPair{text_of(certificate_text.get()), text_of(key_text.get())};
}

}  // namespace toolhive::http
