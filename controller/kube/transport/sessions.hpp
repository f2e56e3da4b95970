// Sessions: the connections to the API server, made anew when certificates change. Internal:
// include from transport*.cpp only.
#pragma once

#include <cpprest/http_client.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/config/config.hpp"
#include "controller/kube/config/credentials.hpp"
#include "controller/kube/config/server_url.hpp"
#include "controller/kube/transport/tls.hpp"

namespace toolhive::kube {

// The connections made with one set of certificates.
struct Session {
  std::shared_ptr<const Tls> tls;  // null without TLS
  std::unique_ptr<web::http::client::http_client> client;
  std::string stamp;                      // of the certificates' sources
  std::atomic<bool> invalidated = false;  // see invalidates_pool(): no further request may use it
};

// Thread-safe. Whoever has a session goes on with it while others get the next one. The files of
// certificates and authorities are looked at every 10 s.
class Sessions {
 public:
  Sessions(const Config& config, const ServerUrl& url) : config_(config), url_(url) {}

  // Reads the certificates, so that what cannot work is known before the first request.
  Status prepare();
  // The session for `credential`.
  StatusOr<std::shared_ptr<Session>> get(const Context& ctx, const Credential& credential);

 private:
  Status renew_locked(const Credential& credential);
  std::string base_uri() const;
  web::http::client::http_client_config client_config(const std::shared_ptr<const Tls>& tls) const;
  web::web_proxy proxy() const;

  const Config config_;
  const ServerUrl url_;
  std::mutex mutex_;
  std::shared_ptr<Session> session_;  // guarded by mutex_, as all below
  std::string certificate_;           // of the session, where it came with the credential
  std::optional<TimePoint> checked_;
};

}  // namespace toolhive::kube
