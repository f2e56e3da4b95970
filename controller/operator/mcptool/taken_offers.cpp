#include "controller/operator/mcptool/taken_offers.hpp"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace toolhive {

TakenOffers::TakenOffers(runtime::Metrics& metrics)
    : gauge_(prometheus::BuildGauge()
                 .Name("mcptool_held_tools")
                 .Help("Tools of servers that are held back until somebody approves them")
                 .Register(metrics.registry())
                 .Add({})) {}

void TakenOffers::took(const kube::Key& tool, const Sighting& sighting) {
  const std::lock_guard lock(mutex_);
  digests_[tool] = sighting.digest;
}

bool TakenOffers::is_missing(const kube::Key& tool, const Sighting& sighting) const {
  if (sighting.offer || sighting.digest.empty()) return false;
  const std::lock_guard lock(mutex_);
  const auto taken = digests_.find(tool);
  return taken == digests_.end() || taken->second != sighting.digest;
}

void TakenOffers::held(const kube::Key& tool, std::int64_t count) {
  const std::lock_guard lock(mutex_);
  std::int64_t& before = held_[tool];
  gauge_.Increment(static_cast<double>(count - before));
  before = count;
}

void TakenOffers::forget(const kube::Key& tool) {
  const std::lock_guard lock(mutex_);
  digests_.erase(tool);
  const auto held = held_.find(tool);
  if (held == held_.end()) return;
  gauge_.Decrement(static_cast<double>(held->second));
  held_.erase(held);
}

}  // namespace toolhive
