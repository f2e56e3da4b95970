#include "controller/kube/transport/sessions.hpp"

#include <sys/stat.h>

#include <chrono>
#include <utility>

namespace toolhive::kube {

namespace {

using web::http::client::http_client;
using web::http::client::http_client_config;

constexpr Duration kFileCheckInterval = std::chrono::seconds(10);

// What of a file changes when its content does, also behind the symbolic links of a mounted Secret.
std::string file_stamp(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return "-";
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) + ":" +
         std::to_string(info.st_size) + ":" + std::to_string(info.st_mtim.tv_sec) + "." +
         std::to_string(info.st_mtim.tv_nsec);
}

}  // namespace

Status Sessions::prepare() {
  const std::lock_guard lock(mutex_);
  return renew_locked({});
}

StatusOr<std::shared_ptr<Session>> Sessions::get(const Context& ctx, const Credential& credential) {
  const std::lock_guard lock(mutex_);
  const TimePoint now = ctx.clock.now();
  const bool check = !checked_ || now - *checked_ >= kFileCheckInterval || now < *checked_;
  if (check || session_->invalidated || credential.certificate != certificate_) {
    checked_ = now;
    // A pair of files that is being replaced may not fit together for a moment: what was read
    // before stays in use.
    if (Status renewed = renew_locked(credential); !renewed.ok() && session_ == nullptr) return renewed;
  }
  return session_;
}

Status Sessions::renew_locked(const Credential& credential) {
  const std::string stamp = file_stamp(config_.certificate_authority.file) + " " +
                            file_stamp(config_.client_certificate.file) + " " +
                            file_stamp(config_.client_key.file);
  if (session_ != nullptr && session_->stamp == stamp && !session_->invalidated &&
      credential.certificate == certificate_)
    return {};
  auto fresh = std::make_shared<Session>();
  fresh->stamp = stamp;
  Config config = config_;
  if (!credential.certificate.empty()) {
    config.client_certificate = {credential.certificate, {}};
    config.client_key = {credential.key, {}};
  }
  if (url_.tls) {
    const std::string& name = config_.tls_server_name.empty() ? url_.host : config_.tls_server_name;
    StatusOr<std::shared_ptr<const Tls>> tls = Tls::load(config, name);
    if (!tls.ok()) return tls.status().with_context(config_.origin);
    fresh->tls = *tls;
  }
  try {
    fresh->client = std::make_unique<http_client>(web::uri(base_uri()), client_config(fresh->tls));
  } catch (const std::exception& error) {
    return {Code::Invalid, config_.origin + ": " + config_.server + ": " + error.what()};
  }
  session_ = std::move(fresh);
  certificate_ = credential.certificate;
  return {};
}

// An IPv6 address goes without its brackets: cpprestsdk would look them up as part of a host name.
std::string Sessions::base_uri() const {
  return (url_.tls ? "https://" : "http://") + url_.host + ":" + std::to_string(url_.port) + url_.path;
}

http_client_config Sessions::client_config(const std::shared_ptr<const Tls>& tls) const {
  http_client_config config;
  // The caller's deadline and the stream's idle limit do the work; this only frees what they left
  // behind.
  config.set_timeout(std::chrono::hours(1));
  config.set_max_redirects(0);
  config.set_validate_certificates(!config_.insecure_skip_tls_verify);
  if (tls) {
    config.set_ssl_context_callback(
        [tls](boost::asio::ssl::context& context) { tls->apply(context.native_handle()); });
  }
  if (!config_.proxy_url.empty()) config.set_proxy(proxy());
  return config;
}

web::web_proxy Sessions::proxy() const {
  const web::uri given(config_.proxy_url);
  web::uri_builder address(given);
  address.set_user_info("");
  web::web_proxy result(address.to_uri());
  const std::string user_info = web::uri::decode(given.user_info());
  if (const std::size_t colon = user_info.find(':'); colon != std::string::npos)
    result.set_credentials(web::credentials(user_info.substr(0, colon), user_info.substr(colon + 1)));
  return result;
}

}  // namespace toolhive::kube
