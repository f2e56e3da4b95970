#include "controller/http/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include "controller/base/certificate_bundle.hpp"
#include "controller/base/file.hpp"
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

// What the files of a server hold, in PEM.
struct TlsTexts {
  std::string certificate, key;
  std::vector<std::string> client_authorities;  // none: clients are not asked for a certificate
  bool operator==(const TlsTexts&) const = default;
};

// Asks clients for a certificate, and takes those of the authorities in `text`, too. `names` counts
// the bytes of all names that clients are told.
Status trust_clients_of(SSL_CTX* context, const std::string& text, std::size_t& names) {
  const auto authorities = read_certificate_bundle(text);
  if (!authorities.ok()) return authorities.status();
  names += name_bytes(*authorities);
  if (names > kMostNameBytes)
    return Status(Code::Invalid, "with those of the other files its names are more than clients are told");
  for (const OwnedCertificate& authority : *authorities)
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1)
      return Status(Code::Invalid, "one of its certificates cannot be used as an authority");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
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
  SSL_CTX_set_default_passwd_cb(native, x509::no_password);
  SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
  static constexpr unsigned char kSessions[] = "http::Server";
  SSL_CTX_set_session_id_context(native, kSessions, sizeof kSessions - 1);
  if (context->use_certificate_chain(boost::asio::buffer(certificate), error)) return nullptr;
  if (context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error)) return nullptr;
  return context;
}

// As it stands, once it is known to be usable.
StatusOr<std::string> read_authorities(const std::string& file) {
  auto text = read_pem(file);
  if (!text.ok()) return text.status();
  const auto bundle = read_certificate_bundle(*text);
  if (bundle.ok()) return text;
  return Status(Code::Invalid, file + " has no usable authorities: " + bundle.status().message());
}

}  // namespace

struct TlsCertificate::State {
  std::string certificate_file;
  std::string key_file;
  std::vector<std::string> client_authorities_files;

  // A file of authorities that cannot be used holds up neither a certificate that was renewed nor the
  // authorities of the other files: `former` has what stays in use in its place, and `wrong` why.
  StatusOr<TlsTexts> read(const TlsTexts& former, Status& wrong) const {
    auto certificate = read_pem(certificate_file);
    if (!certificate.ok()) return certificate.status();
    auto key = read_pem(key_file);
    if (!key.ok()) return key.status();
    TlsTexts found{*std::move(certificate), *std::move(key), {}};
    for (std::size_t i = 0; i < client_authorities_files.size(); ++i) {
      auto authorities = read_authorities(client_authorities_files[i]);
      if (!authorities.ok() && i >= former.client_authorities.size()) return authorities.status();
      if (!authorities.ok()) wrong = authorities.status();
      found.client_authorities.push_back(authorities.ok() ? *std::move(authorities)
                                                          : former.client_authorities[i]);
    }
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
    std::size_t names = 0;
    for (std::size_t i = 0; i < from.client_authorities.size(); ++i) {
      const Status trusts = trust_clients_of(made->native_handle(), from.client_authorities[i], names);
      ERR_clear_error();
      if (!trusts.ok())
        return Status(Code::Invalid,
                      client_authorities_files[i] + " has no usable authorities: " + trusts.message());
    }
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

StatusOr<std::shared_ptr<TlsCertificate>> TlsCertificate::load(
    std::string certificate_file, std::string key_file, std::vector<std::string> client_authorities_files) {
  std::shared_ptr<TlsCertificate> certificate(new TlsCertificate);
  certificate->state_->certificate_file = std::move(certificate_file);
  certificate->state_->key_file = std::move(key_file);
  certificate->state_->client_authorities_files = std::move(client_authorities_files);
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
  TlsTexts former;
  {
    const std::lock_guard lock(state_->mutex);
    former = state_->texts;
  }
  Status wrong;
  auto texts = state_->read(former, wrong);
  if (!texts.ok()) return texts.status();
  if (*texts == former) return wrong.ok() ? StatusOr<Reload>(Reload::Unchanged) : wrong;
  auto context = state_->make(*texts);
  if (!context.ok()) return context.status();
  const std::lock_guard lock(state_->mutex);
  state_->not_after = first_end((*context)->native_handle());
  state_->texts = *std::move(texts);
  state_->context = *std::move(context);
  state_->self_signed = false;
  return wrong.ok() ? StatusOr<Reload>(Reload::Replaced) : wrong;
}

std::shared_ptr<ssl::context> TlsCertificate::context() const {
  const std::lock_guard lock(state_->mutex);
  return state_->context;
}

std::unique_ptr<Stream> TlsCertificate::make_stream(ConnectedSocket socket) const {
  return make_tls_stream(std::move(socket), context());
}

}  // namespace toolhive::http
