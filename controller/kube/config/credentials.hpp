// Credentials: the token that goes with each request, kept current. Internal to the library.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/config/config.hpp"

namespace toolhive::kube {

// What authenticates one request. Never printed.
struct Credential {
  std::string token;
  // From exec plugins only; otherwise the certificate is the configuration's.
  std::string certificate;
  std::string key;
};

// Thread-safe. A token file is read again every minute; an exec plugin runs again when its
// credential expires. One thread refreshes while the others that need it wait.
class Credentials {
 public:
  explicit Credentials(const Config& config) : config_(config) {}

  StatusOr<Credential> get(const Context& ctx);
  // After a 401 that was answered to `used`: whether get() may have something better now.
  bool refused(const Credential& used);

 private:
  bool fresh_locked(const Context& ctx) const;
  StatusOr<Credential> refresh(const Context& ctx);

  const Config config_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Credential> current_;
  TimePoint valid_until_ = TimePoint::max();  // of the reading
  std::optional<WallTime> expires_;           // of the credential itself
  bool refreshing_ = false;
};

}  // namespace toolhive::kube
