#include "controller/http/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include "controller/base/file.hpp"
#include "controller/base/free_with.hpp"
#include "controller/base/x509.hpp"
#include "controller/http/self_signed.hpp"
#include "controller/http/tls_stream.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <utility>

namespace toolhive::http {
namespace {

namespace ssl = boost::asio::ssl;
using Error = boost::system::error_code;

// A certificate chain is a few KB; whatever is larger is the wrong file.
constexpr std::size_t kFileLimit = 1024 * 1024;
// Of TLS 1.2; those of 1.3 are all of this kind: keys that are forgotten, and data that are
// authenticated as they are encrypted.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

StatusOr<std::string> read_pem(const std::string& name) {
  auto content = read_file(name);
  if (!content.ok()) return content;
  if (content->empty()) return Status(Code::Invalid, name + " is empty");
  if (content->size() > kFileLimit) return Status(Code::Invalid, name + " is too large for a PEM file");
  return content;
}

// Clients offer `h2` as well; what they get is HTTP/1.1, by name.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, in, in_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool is_absent(const std::string& file) {
  std::error_code ignored;
  return file.empty() || !std::filesystem::exists(file, ignored);
}

int no_password(char*, int, int, void*) {
  return 0;
}  // else OpenSSL would ask the terminal

// What the files of a server hold, in PEM.
struct TlsTexts {
  std::string certificate, key;
  std::string client_authorities;  // empty: clients are not asked for a certificate
  bool operator==(const TlsTexts&) const = default;
};

// Whether there is an authority in `text`, and no more than can be read of it is wrong.
bool trust_clients_of(SSL_CTX* context, const std::string& text) {
  const std::unique_ptr<BIO, FreeWith<BIO_free_all>> source(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::size_t found = 0;
  while (source) {
    const std::unique_ptr<X509, FreeWith<X509_free>> authority(
        PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
    if (!authority) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1)
      return false;
    ++found;
  }
  // Only at the end of the text there is nothing to begin with.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return false;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return found > 0;
}

WallTime end_of(const X509* certificate) {
  return x509::to_wall_time(X509_get0_notAfter(certificate));
}

WallTime first_end(SSL_CTX* context) {
  WallTime end = end_of(SSL_CTX_get0_certificate(context));
  STACK_OF(X509)* chain = nullptr;
  if (SSL_CTX_get0_chain_certs(context, &chain) != 1 || chain == nullptr) return end;
  for (int i = 0; i < sk_X509_num(chain); ++i) end = std::min(end, end_of(sk_X509_value(chain, i)));
  return end;
}

std::shared_ptr<ssl::context> make_context(const std::string& certificate, const std::string& key,
                                           Error& error) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_cipher_list(native, kCiphers);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(native, no_password);
  SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
  static constexpr unsigned char kSessions[] = "http::Server";
  SSL_CTX_set_session_id_context(native, kSessions, sizeof kSessions - 1);
  if (context->use_certificate_chain(boost::asio::buffer(certificate), error)) return nullptr;
  if (context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error)) return nullptr;
  return context;
}

}  // namespace

struct TlsCertificate::State {
  std::string certificate_file;
  std::string key_file;
  std::string client_authorities_file;

  StatusOr<TlsTexts> read() const {
    auto certificate = read_pem(certificate_file);
    if (!certificate.ok()) return certificate.status();
    auto key = read_pem(key_file);
    if (!key.ok()) return key.status();
    TlsTexts found{*std::move(certificate), *std::move(key), {}};
    if (client_authorities_file.empty()) return found;
    auto authorities = read_pem(client_authorities_file);
    if (!authorities.ok()) return authorities.status();
    found.client_authorities = *std::move(authorities);
    return found;
  }

  StatusOr<std::shared_ptr<ssl::context>> make(const TlsTexts& from) const {
    Error cause;
    ERR_clear_error();
    auto made = make_context(from.certificate, from.key, cause);
    ERR_clear_error();
    if (!made)
      return Status(Code::Invalid,
                    certificate_file + " and " + key_file + " are no usable pair: " + cause.message());
    const bool asks = !client_authorities_file.empty();
    const bool trusts = !asks || trust_clients_of(made->native_handle(), from.client_authorities);
    ERR_clear_error();
    if (!trusts)
      return Status(Code::Invalid, client_authorities_file + " holds no certificate authorities in PEM");
    return made;
  }

  mutable std::mutex mutex;
  TlsTexts texts;  // as loaded last
  std::shared_ptr<ssl::context> context;
  WallTime not_after;
  bool self_signed = false;
  bool stale = false;
};

TlsCertificate::TlsCertificate() : state_(std::make_unique<State>()) {}
TlsCertificate::~TlsCertificate() = default;

StatusOr<std::shared_ptr<TlsCertificate>> TlsCertificate::load(std::string certificate_file,
                                                               std::string key_file,
                                                               std::string client_authorities_file) {
  std::shared_ptr<TlsCertificate> certificate(new TlsCertificate);
  certificate->state_->certificate_file = std::move(certificate_file);
  certificate->state_->key_file = std::move(key_file);
  certificate->state_->client_authorities_file = std::move(client_authorities_file);
  if (const auto loaded = certificate->reload(); !loaded.ok()) return loaded.status();
  return certificate;
}

StatusOr<std::shared_ptr<TlsCertificate>> TlsCertificate::load_or_self_signed(
    std::string certificate_file, std::string key_file, const std::vector<std::string>& dns_names) {
  if (!is_absent(certificate_file) || !is_absent(key_file))
    return load(std::move(certificate_file), std::move(key_file));
  const auto made = make_self_signed(dns_names);
  if (!made.ok()) return made.status();
  Error cause;
  auto context = make_context(made->certificate, made->key, cause);
  ERR_clear_error();
  if (!context) {
    return Status(Code::Internal, "cannot use the certificate that was made: " + cause.message());
  }
  std::shared_ptr<TlsCertificate> certificate(new TlsCertificate);
  State& state = *certificate->state_;
  state.certificate_file = std::move(certificate_file);
  state.key_file = std::move(key_file);
  state.context = std::move(context);
  state.self_signed = true;
  return certificate;
}

bool TlsCertificate::self_signed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->self_signed;
}

WallTime TlsCertificate::not_after() const {
  const std::lock_guard lock(state_->mutex);
  return state_->not_after;
}

bool TlsCertificate::stale() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stale;
}

StatusOr<TlsCertificate::Reload> TlsCertificate::reload() {
  if (self_signed() && is_absent(state_->certificate_file) && is_absent(state_->key_file))
    return Reload::Unchanged;
  auto loaded = load_files();
  // The files may have been exchanged between one and the next, which is over by now.
  if (!loaded.ok()) loaded = load_files();
  const std::lock_guard lock(state_->mutex);
  state_->stale = !loaded.ok();
  return loaded;
}

StatusOr<TlsCertificate::Reload> TlsCertificate::load_files() {
  auto texts = state_->read();
  if (!texts.ok()) return texts.status();
  {
    const std::lock_guard lock(state_->mutex);
    if (*texts == state_->texts) return Reload::Unchanged;
  }
  auto context = state_->make(*texts);
  if (!context.ok()) return context.status();
  const std::lock_guard lock(state_->mutex);
  state_->not_after = first_end((*context)->native_handle());
  state_->texts = *std::move(texts);
  state_->context = *std::move(context);
  state_->self_signed = false;
  return Reload::Replaced;
}

std::shared_ptr<ssl::context> TlsCertificate::context() const {
  const std::lock_guard lock(state_->mutex);
  return state_->context;
}

std::unique_ptr<Stream> TlsCertificate::make_stream(ConnectedSocket socket) const {
  return make_tls_stream(std::move(socket), context());
}

}  // namespace toolhive::http
