#include "controller/kube/transport/tls.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <mutex>
#include <vector>

#include "controller/base/file.hpp"

namespace toolhive::kube {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;

std::string name_of(const PemSource& source, const char* field) {
  return source.data.empty() ? source.file : std::string(field) + "-data";
}

StatusOr<std::string> text_of(const PemSource& source) {
  if (!source.data.empty()) return source.data;
  return read_file(source.file);
}

std::vector<Certificate> certificates(const std::string& pem) {
  std::vector<Certificate> result;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (X509* certificate = PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr))
    result.emplace_back(certificate);
  ERR_clear_error();
  return result;
}

std::string date(const ASN1_TIME* time) {
  const Bio bio(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(bio.get(), time);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string common_name(const X509_NAME* name) {
  std::array<char, 256> buffer{};
  X509_NAME_oneline(name, buffer.data(), static_cast<int>(buffer.size()));
  return buffer.data();
}

// Whom a certificate is for: "kubernetes, kubernetes.default, 10.96.0.1".
std::string subjects(const X509* certificate) {
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string all;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string one;
    if (name->type == GEN_DNS) {
      one.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                 static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      std::array<char, INET6_ADDRSTRLEN> text{};
      const int family = ASN1_STRING_length(name->d.iPAddress) == 4 ? AF_INET : AF_INET6;
      if (inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), text.data(), text.size()) != nullptr)
        one = text.data();
    }
    if (!one.empty()) all += (all.empty() ? "" : ", ") + one;
  }
  return all.empty() ? common_name(X509_get_subject_name(certificate)) : all;
}

std::string refusal(int error, const X509* certificate, const std::string& host) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate expired on " + date(X509_get0_notAfter(certificate)) +
             "; renew it, or correct this machine's clock";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid before " + date(X509_get0_notBefore(certificate)) +
             "; correct this machine's clock";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate is for " + subjects(certificate) + ", not for " + host +
             "; correct the server's address or set tls-server-name";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "its certificate is signed by an unknown authority (" +
             common_name(X509_get_issuer_name(certificate)) + "); correct certificate-authority";
    default:
      return std::string("its certificate was refused: ") + X509_verify_cert_error_string(error);
  }
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

}  // namespace

struct Tls::Impl {
  std::string host;
  Store trusted;
  std::vector<Certificate> chain;  // the client's own certificate first
  PrivateKey key;
  mutable std::mutex mutex;
  mutable std::string refusal;
};

Tls::Tls(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tls::~Tls() = default;

StatusOr<std::shared_ptr<const Tls>> Tls::load(const Config& config, const std::string& host) {
  auto impl = std::make_unique<Impl>();
  impl->host = host;
  impl->trusted.reset(X509_STORE_new());
  if (config.certificate_authority.empty()) {
    if (!config.insecure_skip_tls_verify) X509_STORE_set_default_paths(impl->trusted.get());
  } else {
    const std::string source = name_of(config.certificate_authority, "certificate-authority");
    StatusOr<std::string> pem = text_of(config.certificate_authority);
    if (!pem.ok()) return Status(Code::Invalid, "certificate-authority: " + pem.status().message());
    const std::vector<Certificate> authorities = certificates(*pem);
    if (authorities.empty())
      return Status(Code::Invalid, source + ": holds no PEM certificate of an authority");
    for (const Certificate& authority : authorities)
      X509_STORE_add_cert(impl->trusted.get(), authority.get());
  }
  if (!config.client_certificate.empty()) {
    const std::string source = name_of(config.client_certificate, "client-certificate");
    StatusOr<std::string> pem = text_of(config.client_certificate);
    if (!pem.ok()) return Status(Code::Invalid, "client-certificate: " + pem.status().message());
    impl->chain = certificates(*pem);
    if (impl->chain.empty()) return Status(Code::Invalid, source + ": holds no PEM certificate");

    const std::string key_source = name_of(config.client_key, "client-key");
    pem = text_of(config.client_key);
    if (!pem.ok()) return Status(Code::Invalid, "client-key: " + pem.status().message());
    const Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
    // The callback stands for the terminal, which must not be asked for a passphrase.
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    impl->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!impl->key) return Status(Code::Invalid, key_source + ": holds no unencrypted PEM private key");
    if (X509_check_private_key(impl->chain.front().get(), impl->key.get()) != 1) {
      ERR_clear_error();
      return Status(Code::Invalid, key_source + ": is not the key of the certificate in " + source);
    }
  }
  return std::shared_ptr<const Tls>(new Tls(std::move(impl)));
}

void Tls::apply(ssl_ctx_st* context) const {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set1_cert_store(context, impl_->trusted.get());
  X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(rules,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (is_address(impl_->host)) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, impl_->host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(rules, impl_->host.c_str(), impl_->host.size());
  }
  SSL_CTX_set_cert_verify_callback(context, &Tls::verify, const_cast<Tls*>(this));
  if (impl_->key) {
    SSL_CTX_use_certificate(context, impl_->chain.front().get());
    for (std::size_t i = 1; i < impl_->chain.size(); ++i)
      SSL_CTX_add1_chain_cert(context, impl_->chain[i].get());
    SSL_CTX_use_PrivateKey(context, impl_->key.get());
  }
}

int Tls::verify(x509_store_ctx_st* context, void* self) {
  const int verified = X509_verify_cert(context);
  const Impl& impl = *static_cast<const Tls*>(self)->impl_;
  const int error = X509_STORE_CTX_get_error(context);
  if (verified != 1 || error != X509_V_OK) {
    const X509* certificate = X509_STORE_CTX_get_current_cert(context);
    if (certificate == nullptr) certificate = X509_STORE_CTX_get0_cert(context);
    const std::lock_guard lock(impl.mutex);
    impl.refusal = refusal(error, certificate, impl.host);
  }
  return verified;
}

std::string Tls::last_refusal() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->refusal;
}

std::string Tls::client_certificate_problem() const {
  if (impl_->chain.empty()) return {};
  const ASN1_TIME* end = X509_get0_notAfter(impl_->chain.front().get());
  if (X509_cmp_current_time(end) > 0) return {};
  return "the client certificate expired on " + date(end);
}

}  // namespace toolhive::kube
