// DiscoveryReports: what discovery has to tell in the status of each Registry, from the controller
// that finds it out to the one that writes the status.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "controller/kube/object/resource.hpp"
#include "controller/operator/condition_value.hpp"

namespace toolhive {

// Of one source.
struct DiscoveryCount {
  std::int32_t servers = 0;  // for which there is to be an MCPTool
  std::int32_t waiting = 0;  // that are not ready yet
  std::int32_t refused = 0;  // for which there cannot be one
  bool operator==(const DiscoveryCount&) const = default;
};

struct DiscoveryReport {
  ConditionValue ready;                          // the condition DiscoveryReady
  std::map<std::string, DiscoveryCount> counts;  // by the name of the source
  bool operator==(const DiscoveryReport&) const = default;
};

// Thread-safe.
class DiscoveryReports {
 public:
  // Whether that is news.
  bool set(const kube::Key& registry, DiscoveryReport report);
  void forget(const kube::Key& registry);
  // Nothing before the first.
  std::optional<DiscoveryReport> find(const kube::Key& registry) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<kube::Key, DiscoveryReport> reports_;  // guarded by mutex_
};

}  // namespace toolhive
