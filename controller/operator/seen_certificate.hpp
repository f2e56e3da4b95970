// SeenCertificate: what the operator makes of the certificate that a registry serves TLS with.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "controller/base/clock.hpp"

namespace toolhive {

struct CertificateSight {
  enum class Verdict { Trusted, Expired, WrongName, Untrusted };
  Verdict verdict = Verdict::Untrusted;
  WallTime not_after;  // when it is trusted
  std::string detail;  // when it is not: OpenSSL's word for why
};

// The last sight of one registry's. Thread-safe.
class SeenCertificate {
 public:
  void note(CertificateSight sight) {
    const std::lock_guard lock(mutex_);
    sight_ = std::move(sight);
  }
  // Absent: no handshake has come so far.
  std::optional<CertificateSight> last() const {
    const std::lock_guard lock(mutex_);
    return sight_;
  }
  bool is_trusted() const {
    const auto sight = last();
    return sight && sight->verdict == CertificateSight::Verdict::Trusted;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<CertificateSight> sight_;  // guarded by mutex_
};

}  // namespace toolhive
