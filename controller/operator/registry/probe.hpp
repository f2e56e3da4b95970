// ServiceProbe: asks registries what they hold, not more often than is useful.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "controller/kube/context.hpp"
#include "controller/operator/registry_access.hpp"

namespace toolhive {

// Thread-safe.
class ServiceProbe {
 public:
  explicit ServiceProbe(RegistryAccess& access) : access_(access) {}

  struct Answer {
    std::optional<ServiceReport> report;
    kube::Status error;
    kube::Duration
        ask_again{};  // not zero: the answer is an earlier one, and a new one may be had after this
  };
  // An answer is kept for 2 s: many tools registered at once ask once.
  Answer ask(const kube::Context& ctx, const kube::Key& registry);
  void forget(const kube::Key& registry);

 private:
  struct Kept {
    kube::TimePoint at;
    Answer answer;
  };
  RegistryAccess& access_;
  std::mutex mutex_;
  std::map<kube::Key, Kept> kept_;  // guarded by mutex_
};

}  // namespace toolhive
