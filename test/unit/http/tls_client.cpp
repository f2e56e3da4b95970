#include "test/unit/http/tls_client.hpp"

#include "test/unit/http/client.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace toolhive::http_test {

CertificateFiles::CertificateFiles(const std::string& common_name) {
  std::string name = (std::filesystem::temp_directory_path() / "http-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
  directory_ = name;
  renew(common_name);
}

CertificateFiles::~CertificateFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void CertificateFiles::renew(const std::string& common_name) const {
  EVP_PKEY* pair = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, pair);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, pair, EVP_sha256());
  std::FILE* file = std::fopen(this->certificate().c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(key().c_str(), "w");
  PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(pair);
}

struct TlsClient::State {
  explicit State(std::uint16_t port) : socket(port) {}
  Client socket;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
  bool connected = false;
};

TlsClient::TlsClient(std::uint16_t port, int max_version, const CertificateFiles* own, const char* ciphers)
    : state_(std::make_unique<State>(port)) {
  const timeval limit{5, 0};
  ::setsockopt(state_->socket.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  state_->context = SSL_CTX_new(TLS_client_method());
  if (max_version != 0) {
    SSL_CTX_set_min_proto_version(state_->context, 0);
    SSL_CTX_set_security_level(state_->context, 0);
    SSL_CTX_set_max_proto_version(state_->context, max_version);
  }
  if (own != nullptr) {
    SSL_CTX_use_certificate_file(state_->context, own->certificate().c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(state_->context, own->key().c_str(), SSL_FILETYPE_PEM);
  }
  if (ciphers != nullptr) SSL_CTX_set_cipher_list(state_->context, ciphers);
  state_->ssl = SSL_new(state_->context);
  static constexpr unsigned char kProtocols[] = "\x02h2\x08http/1.1";
  SSL_set_alpn_protos(state_->ssl, kProtocols, sizeof kProtocols - 1);
  SSL_set_fd(state_->ssl, state_->socket.descriptor());
  state_->connected = SSL_connect(state_->ssl) == 1;
  ERR_clear_error();
}

TlsClient::~TlsClient() {
  if (state_->connected) SSL_shutdown(state_->ssl);
  SSL_free(state_->ssl);
  SSL_CTX_free(state_->context);
}

bool TlsClient::connected() const {
  return state_->connected;
}

std::string TlsClient::peer_name() const {
  std::array<char, 256> text{};
  X509* certificate = SSL_get1_peer_certificate(state_->ssl);
  if (certificate == nullptr) return {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(), text.size());
  X509_free(certificate);
  return text.data();
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(state_->ssl, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsClient::send(std::string_view bytes) {
  return SSL_write(state_->ssl, bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

std::string TlsClient::read(std::size_t bytes) {
  std::string text;
  std::array<char, 16384> block{};
  while (text.size() < bytes) {
    const int count = SSL_read(state_->ssl, block.data(), static_cast<int>(block.size()));
    if (count <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  ERR_clear_error();
  return text;
}

bool TlsClient::ended_properly() {
  read(SIZE_MAX);
  return (SSL_get_shutdown(state_->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

}  // namespace toolhive::http_test
