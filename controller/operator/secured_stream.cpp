#include "controller/operator/secured_stream.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <utility>

#include "controller/base/free_with.hpp"
#include "controller/base/x509.hpp"

namespace toolhive {

namespace {

WallTime end_of(const X509* certificate) {
  return certificate == nullptr ? WallTime() : x509::to_wall_time(X509_get0_notAfter(certificate));
}

CertificateSight::Verdict verdict_of(long result) {
  switch (result) {
    case X509_V_OK:
      return CertificateSight::Verdict::Trusted;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CertificateSight::Verdict::Expired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return CertificateSight::Verdict::WrongName;
    default:
      return CertificateSight::Verdict::Untrusted;
  }
}

// Shows `own` in the handshake of `connection`.
bool show_in_handshake(const ClientCertificate& own, SSL* connection) {
  using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
  const Bio text(BIO_new_mem_buf(own.certificate.data(), static_cast<int>(own.certificate.size())));
  const Bio key_text(BIO_new_mem_buf(own.key.data(), static_cast<int>(own.key.size())));
  if (!text || !key_text) return false;
  const std::unique_ptr<X509, FreeWith<X509_free>> certificate(
      PEM_read_bio_X509(text.get(), nullptr, x509::no_password, nullptr));
  const std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>> key(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, x509::no_password, nullptr));
  return certificate && key && SSL_use_certificate(connection, certificate.get()) == 1 &&
         SSL_use_PrivateKey(connection, key.get()) == 1;
}

}  // namespace

SecuredStream::SecuredStream(boost::beast::tcp_stream& stream)
    : context_(boost::asio::ssl::context::tls_client), stream_(stream) {}

bool SecuredStream::prepare(const std::string& authorities, const std::string& host) {
  const auto prepared = [&] {
    boost::system::error_code failed;
    context_.add_certificate_authority(boost::asio::buffer(authorities), failed);
    SSL_CTX* const native = context_.native_handle();
    if (failed || SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1) return false;
    secured_.emplace(stream_, context_);
    secured_->set_verify_mode(boost::asio::ssl::verify_peer, failed);
    SSL* const connection = secured_->native_handle();
    SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return !failed && SSL_set1_host(connection, host.c_str()) == 1 &&
           SSL_set_tlsext_host_name(connection, host.c_str()) == 1;
  }();
  ERR_clear_error();
  return prepared;
}

int SecuredStream::give_own(SSL* connection, void* self) {
  auto& stream = *static_cast<SecuredStream*>(self);
  const auto own = stream.own_();
  stream.nothing_to_show_ = own.status();
  if (own.ok() && !show_in_handshake(*own, connection))
    stream.nothing_to_show_ = Status(Code::Internal, "the operator's certificate cannot be used");
  return stream.nothing_to_show_.ok() ? 1 : 0;
}

void SecuredStream::show(Own own) {
  own_ = std::move(own);
  SSL_set_cert_cb(secured_->native_handle(), own_ ? give_own : nullptr, this);
}

std::optional<CertificateSight> SecuredStream::sight(bool succeeded) {
  SSL* const connection = secured_->native_handle();
  const long result = SSL_get_verify_result(connection);
  ERR_clear_error();
  // A handshake that broke off for another reason says nothing of the certificate.
  if (!succeeded && result == X509_V_OK) return {};
  return CertificateSight{verdict_of(result), end_of(SSL_get0_peer_certificate(connection)),
                          result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result)};
}

bool SecuredStream::has_pending() {
  SSL* const connection = secured_->native_handle();
  // Between the socket and the records is a pair of BIOs of Asio's.
  return SSL_has_pending(connection) != 0 || BIO_ctrl_pending(SSL_get_rbio(connection)) != 0;
}

}  // namespace toolhive
