#include "controller/operator/schedule.hpp"

#include <algorithm>
#include <chrono>

namespace toolhive {

Duration jittered(Duration period, const kube::Key& key) {
  const auto permille = static_cast<Duration::rep>(std::hash<kube::Key>{}(key) % 101);
  return period + period / 1000 * permille;
}

Duration FailureBackoff::next(const kube::Key& key) {
  std::lock_guard lock(mutex_);
  int& failures = failures_[key];
  const auto delay = std::chrono::seconds(1) * (1 << std::min(failures, 6));
  ++failures;
  return std::min<Duration>(delay, std::chrono::seconds(60));
}

void FailureBackoff::reset(const kube::Key& key) {
  std::lock_guard lock(mutex_);
  failures_.erase(key);
}

}  // namespace toolhive
