// ServiceProbe: asks registries what they hold, not more often than is useful.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/operator/registry_access.hpp"

namespace toolhive {

// Thread-safe.
class ServiceProbe {
 public:
  explicit ServiceProbe(RegistryAccess& access) : access_(access) {}

  struct Answer {
    std::optional<ServiceReport> report;
    // From the third failure in a row on: at each restart a pod is ready a moment before its
    // address is known.
    Status error;
    // Not zero: after this a better answer may be had than this one, which is an earlier one or an
    // error.
    Duration ask_again{};
  };
  // An answer is kept for 2 s: many tools registered at once ask once. A registry that did not
  // answer is worth asking again after 2 s, then 4, up to 60.
  // `endpoint` as RegistryAccess::open() wants it.
  Answer ask(const Context& ctx, const kube::Key& registry, const RegistryEndpoint& endpoint);
  void forget(const kube::Key& registry);

 private:
  struct Kept {
    TimePoint at;
    Answer answer;
    int failures = 0;  // in a row
  };
  RegistryAccess& access_;
  std::mutex mutex_;
  std::map<kube::Key, Kept> kept_;  // guarded by mutex_
};

}  // namespace toolhive
