#include "test/unit/kube/certificate_maker.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace toolhive::test {

namespace {

std::string to_text(const std::shared_ptr<BIO>& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
  const std::shared_ptr<BIO> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(bio.get(), certificate);
  return to_text(bio);
}

std::string pem(EVP_PKEY* key) {
  const std::shared_ptr<BIO> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return to_text(bio);
}

std::shared_ptr<EVP_PKEY> new_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

std::shared_ptr<X509> new_certificate(const std::string& name, EVP_PKEY* key, std::chrono::seconds end) {
  static long serial = 1;
  std::shared_ptr<X509> made(X509_new(), X509_free);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -86400);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), end.count());
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

void extend(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::shared_ptr<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()),
                                                  X509_EXTENSION_free);
  X509_add_ext(certificate, extension.get(), -1);
}

}  // namespace

CertificateRequest request_certificate(const std::string& name) {
  const std::shared_ptr<EVP_PKEY> key = new_key();
  const std::shared_ptr<X509_REQ> made(X509_REQ_new(), X509_REQ_free);
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_REQ_set_pubkey(made.get(), key.get());
  X509_REQ_sign(made.get(), key.get(), EVP_sha256());
  const std::shared_ptr<BIO> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509_REQ(bio.get(), made.get());
  return {to_text(bio), pem(key.get())};
}

Authority::Authority(const std::string& name) : key_(new_key()) {
  self_ = new_certificate(name, key_.get(), std::chrono::hours(24));
  X509_set_issuer_name(self_.get(), X509_get_subject_name(self_.get()));
  extend(self_.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(self_.get(), key_.get(), EVP_sha256());
  pem_ = {pem(self_.get()), pem(key_.get())};
}

Pem Authority::issue(const std::string& name, const std::string& alternatives,
                     std::chrono::seconds end) const {
  const std::shared_ptr<EVP_PKEY> key = new_key();
  const std::shared_ptr<X509> made = new_certificate(name, key.get(), end);
  X509_set_issuer_name(made.get(), X509_get_subject_name(self_.get()));
  if (!alternatives.empty()) extend(made.get(), NID_subject_alt_name, alternatives);
  X509_sign(made.get(), key_.get(), EVP_sha256());
  return {pem(made.get()), pem(key.get())};
}

}  // namespace toolhive::test
