#include "controller/http/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include "controller/base/file.hpp"
#include "controller/http/self_signed.hpp"
#include "controller/http/tls_stream.hpp"

#include <filesystem>
#include <mutex>
#include <utility>

namespace toolhive::http {
namespace {

namespace ssl = boost::asio::ssl;
using Error = boost::system::error_code;

// A certificate chain is a few KB; whatever is larger is the wrong file.
constexpr std::size_t kFileLimit = 1024 * 1024;

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

std::shared_ptr<ssl::context> make_context(const std::string& certificate, const std::string& key,
                                           Error& error) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
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

  mutable std::mutex mutex;
  std::string certificate;  // PEM, as loaded last
  std::string key;
  std::shared_ptr<ssl::context> context;
  bool self_signed = false;
};

TlsCertificate::TlsCertificate() : state_(std::make_unique<State>()) {}
TlsCertificate::~TlsCertificate() = default;

StatusOr<std::shared_ptr<TlsCertificate>> TlsCertificate::load(std::string certificate_file,
                                                               std::string key_file) {
  std::shared_ptr<TlsCertificate> certificate(new TlsCertificate);
  certificate->state_->certificate_file = std::move(certificate_file);
  certificate->state_->key_file = std::move(key_file);
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

StatusOr<TlsCertificate::Reload> TlsCertificate::reload() {
  if (self_signed() && is_absent(state_->certificate_file) && is_absent(state_->key_file))
    return Reload::Unchanged;
  auto certificate = read_pem(state_->certificate_file);
  if (!certificate.ok()) return certificate.status();
  auto key = read_pem(state_->key_file);
  if (!key.ok()) return key.status();
  const std::lock_guard lock(state_->mutex);
  if (*certificate == state_->certificate && *key == state_->key) return Reload::Unchanged;
  Error cause;
  auto context = make_context(*certificate, *key, cause);
  ERR_clear_error();
  if (!context) {
    return Status(Code::Invalid, state_->certificate_file + " and " + state_->key_file +
                                     " are no usable pair: " + cause.message());
  }
  state_->certificate = *std::move(certificate);
  state_->key = *std::move(key);
  state_->context = std::move(context);
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
