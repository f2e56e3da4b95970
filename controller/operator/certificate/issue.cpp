#include "controller/operator/certificate/issue.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>

#include "controller/base/free_with.hpp"
#include "controller/base/x509.hpp"

namespace toolhive {

namespace {

using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

// What is left in the thread's list of errors would be taken for one of its next TLS connection.
class QuietErrors {
 public:
  QuietErrors() = default;
  ~QuietErrors() { ERR_clear_error(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

int no_certificate_password(char*, int, int, void*) {
  return 0;  // else OpenSSL would ask the terminal
}

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate read_certificate(const std::string& pem) {
  const Bio source = reading(pem);
  return Certificate(source ? PEM_read_bio_X509(source.get(), nullptr, no_certificate_password, nullptr)
                            : nullptr);
}

Key read_certificate_key(const std::string& pem) {
  const Bio source = reading(pem);
  return Key(source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_certificate_password, nullptr)
                    : nullptr);
}

bool set_validity(X509* certificate, const Validity& validity) {
  const auto set = [](ASN1_TIME* field, WallTime time) {
    return ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(time)) != nullptr;
  };
  return set(X509_getm_notBefore(certificate), validity.from) &&
         set(X509_getm_notAfter(certificate), validity.until);
}

// A certificate for a new key, to be completed and signed.
bool begin_certificate(X509* certificate, EVP_PKEY* key, const std::string& name, const Validity& validity) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && x509::set_random_serial(certificate) &&
         set_validity(certificate, validity) && X509_set_pubkey(certificate, key) == 1 &&
         x509::set_common_name(certificate, name);
}

StatusOr<IssuedCertificate> pair_of(const X509* certificate, const EVP_PKEY* key) {
  IssuedCertificate pair{x509::to_pem(certificate), x509::to_pem(key)};
  if (pair.certificate.empty() || pair.key.empty())
    return Status(Code::Internal, "OpenSSL cannot write a certificate");
  return pair;
}

std::vector<std::string> dns_names_of(const X509* certificate) {
  std::vector<std::string> found;
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
    if (type == GEN_DNS)
      found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                         static_cast<std::size_t>(ASN1_STRING_length(value)));
  }
  return found;
}

}  // namespace

StatusOr<IssuedCertificate> make_authority(const std::string& common_name, const Validity& validity) {
  const QuietErrors quiet;
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made(X509_new());
  const bool good =
      key && made && begin_certificate(made.get(), key.get(), common_name, validity) &&
      X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) == 1 &&
      x509::add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      x509::add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
      x509::add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash") &&
      X509_sign(made.get(), key.get(), EVP_sha256()) > 0;
  if (!good) return Status(Code::Internal, "OpenSSL cannot make a certificate authority");
  return pair_of(made.get(), key.get());
}

StatusOr<IssuedCertificate> issue_certificate(const IssuedCertificate& authority,
                                              const std::vector<std::string>& dns_names,
                                              const Validity& validity) {
  const QuietErrors quiet;
  const Certificate issuer = read_certificate(authority.certificate);
  const Key issuer_key = read_certificate_key(authority.key);
  if (!issuer || !issuer_key || dns_names.empty())
    return Status(Code::Invalid, "a certificate needs a name, and an authority with its key");
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made(X509_new());
  const bool good =
      key && made && begin_certificate(made.get(), key.get(), dns_names.front(), validity) &&
      X509_set_issuer_name(made.get(), X509_get_subject_name(issuer.get())) == 1 &&
      x509::set_dns_names(made.get(), dns_names) &&
      x509::add_extension(made.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      x509::add_extension(made.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") &&
      x509::add_extension(made.get(), issuer.get(), NID_ext_key_usage, "serverAuth") &&
      x509::add_extension(made.get(), issuer.get(), NID_authority_key_identifier, "keyid") &&
      X509_sign(made.get(), issuer_key.get(), EVP_sha256()) > 0;
  if (!good) return Status(Code::Internal, "OpenSSL cannot issue a certificate");
  return pair_of(made.get(), key.get());
}

StatusOr<std::string> self_sign_client(const std::string& key, const std::string& common_name,
                                       const Validity& validity) {
  const QuietErrors quiet;
  const Key own = read_certificate_key(key);
  if (!own) return Status(Code::Invalid, "a certificate needs a private key in PEM");
  const Certificate made(X509_new());
  const bool good = made && begin_certificate(made.get(), own.get(), common_name, validity) &&
                    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) == 1 &&
                    x509::add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    x509::add_extension(made.get(), made.get(), NID_key_usage, "critical,digitalSignature") &&
                    x509::add_extension(made.get(), made.get(), NID_ext_key_usage, "clientAuth") &&
                    X509_sign(made.get(), own.get(), EVP_sha256()) > 0;
  std::string pem = good ? x509::to_pem(made.get()) : std::string();
  if (pem.empty()) return Status(Code::Internal, "OpenSSL cannot make a certificate");
  return pem;
}

std::optional<CertificateFacts> facts_of(const IssuedCertificate& pair) {
  const QuietErrors quiet;
  const Certificate certificate = read_certificate(pair.certificate);
  const Key key = read_certificate_key(pair.key);
  if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) return std::nullopt;
  return CertificateFacts{{x509::to_wall_time(X509_get0_notBefore(certificate.get())),
                           x509::to_wall_time(X509_get0_notAfter(certificate.get()))},
                          dns_names_of(certificate.get())};
}

bool is_signed_by(const std::string& certificate, const std::string& authority) {
  const QuietErrors quiet;
  const Certificate signed_one = read_certificate(certificate);
  const Certificate issuer = read_certificate(authority);
  return signed_one && issuer && X509_verify(signed_one.get(), X509_get0_pubkey(issuer.get())) == 1;
}

}  // namespace toolhive
