// ToldRefusals: of which refusals the owners of objects were told, so that each is told once and a
// settled cluster is left alone.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "controller/operator/discovery/decide.hpp"

namespace toolhive {

// Not thread-safe.
class ToldRefusals {
 public:
  // Those of `refused`, which is all there are for the Registry, that were not told as they are
  // now.
  std::vector<DiscoveryPlan::Refusal> news(const kube::Key& registry,
                                           const std::vector<DiscoveryPlan::Refusal>& refused);
  void forget(const kube::Key& registry) { told_.erase(registry); }

 private:
  // Reason and note, by source and uid of the object.
  using Told = std::map<std::string, std::string>;
  std::unordered_map<kube::Key, Told> told_;  // by Registry
};

}  // namespace toolhive
