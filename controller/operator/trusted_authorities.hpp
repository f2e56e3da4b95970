// TrustedAuthorities: the certificate authorities of one registry, as a ConfigMap has them now.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/operator/seen_certificate.hpp"

namespace toolhive {

// Reads them anew when they are 15 s old, and at once while the registry's certificate is not
// trusted: its authority may just have been exchanged. Thread-safe.
class TrustedAuthorities {
 public:
  using Read = std::function<StatusOr<std::string>(const Context& ctx)>;

  TrustedAuthorities(Read read, std::shared_ptr<const SeenCertificate> seen);

  // In PEM. Those that are known, while the API server does not answer.
  StatusOr<std::string> get(const Context& ctx);

 private:
  const Read read_;
  const std::shared_ptr<const SeenCertificate> seen_;
  std::mutex mutex_;
  std::string known_;    // guarded by mutex_; empty: none yet
  TimePoint next_read_;  // guarded by mutex_; when there are some
};

}  // namespace toolhive
