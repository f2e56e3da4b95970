#include "controller/operator/discovery_reports.hpp"

#include <utility>

namespace toolhive {

bool DiscoveryReports::set(const kube::Key& registry, DiscoveryReport report) {
  const std::lock_guard lock(mutex_);
  const auto [entry, fresh] = reports_.try_emplace(registry);
  if (!fresh && entry->second == report) return false;
  entry->second = std::move(report);
  return true;
}

void DiscoveryReports::forget(const kube::Key& registry) {
  const std::lock_guard lock(mutex_);
  reports_.erase(registry);
}

std::optional<DiscoveryReport> DiscoveryReports::find(const kube::Key& registry) const {
  const std::lock_guard lock(mutex_);
  const auto found = reports_.find(registry);
  return found == reports_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace toolhive
