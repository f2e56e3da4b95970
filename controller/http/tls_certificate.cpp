#include "controller/http/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include "controller/http/self_signed.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string_view>
#include <utility>

namespace toolhive::http {
namespace {

namespace ssl = boost::asio::ssl;
using Error = boost::system::error_code;

// A certificate chain is a few KB; whatever is larger is the wrong file.
constexpr std::size_t kFileLimit = 1024 * 1024;

bool read_file(const std::string& name, std::string& content, std::string& error) {
  std::ifstream file(name, std::ios::binary);
  if (!file) {
    error = "cannot open " + name + ": " + std::strerror(errno);
    return false;
  }
  content.assign(std::istreambuf_iterator<char>(file), {});
  if (content.empty() || content.size() > kFileLimit) {
    error = name + (content.empty() ? " is empty" : " is too large for a PEM file");
    return false;
  }
  return true;
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

TlsCertificate::Loaded TlsCertificate::load(std::string certificate_file, std::string key_file) {
  Loaded loaded;
  std::shared_ptr<TlsCertificate> certificate(new TlsCertificate);
  certificate->state_->certificate_file = std::move(certificate_file);
  certificate->state_->key_file = std::move(key_file);
  if (certificate->reload(loaded.error) == Reload::Replaced) loaded.certificate = std::move(certificate);
  return loaded;
}

TlsCertificate::Loaded TlsCertificate::load_or_self_signed(std::string certificate_file, std::string key_file,
                                                           const std::vector<std::string>& dns_names) {
  if (!is_absent(certificate_file) || !is_absent(key_file))
    return load(std::move(certificate_file), std::move(key_file));
  Loaded loaded;
  const PemPair made = make_self_signed(dns_names);
  Error cause;
  auto context = make_context(made.certificate, made.key, cause);
  ERR_clear_error();
  if (!context) {
    loaded.error = "cannot make a self-signed certificate: " + cause.message();
    return loaded;
  }
  loaded.certificate.reset(new TlsCertificate);
  State& state = *loaded.certificate->state_;
  state.certificate_file = std::move(certificate_file);
  state.key_file = std::move(key_file);
  state.context = std::move(context);
  state.self_signed = true;
  return loaded;
}

bool TlsCertificate::self_signed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->self_signed;
}

TlsCertificate::Reload TlsCertificate::reload(std::string& error) {
  error.clear();
  if (self_signed() && is_absent(state_->certificate_file) && is_absent(state_->key_file))
    return Reload::Unchanged;
  std::string certificate;
  std::string key;
  if (!read_file(state_->certificate_file, certificate, error)) return Reload::Failed;
  if (!read_file(state_->key_file, key, error)) return Reload::Failed;
  const std::lock_guard lock(state_->mutex);
  if (certificate == state_->certificate && key == state_->key) return Reload::Unchanged;
  Error cause;
  auto context = make_context(certificate, key, cause);
  ERR_clear_error();
  if (!context) {
    error = state_->certificate_file + " and " + state_->key_file + " are no usable pair: " + cause.message();
    return Reload::Failed;
  }
  state_->certificate = std::move(certificate);
  state_->key = std::move(key);
  state_->context = std::move(context);
  state_->self_signed = false;
  return Reload::Replaced;
}

std::shared_ptr<ssl::context> TlsCertificate::context() const {
  const std::lock_guard lock(state_->mutex);
  return state_->context;
}

}  // namespace toolhive::http
