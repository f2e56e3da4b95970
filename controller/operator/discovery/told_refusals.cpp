#include "controller/operator/discovery/told_refusals.hpp"

#include <utility>

namespace toolhive {

std::vector<DiscoveryPlan::Refusal> ToldRefusals::news(const kube::Key& registry,
                                                       const std::vector<DiscoveryPlan::Refusal>& refused) {
  std::vector<DiscoveryPlan::Refusal> fresh;
  const Told before = std::exchange(told_[registry], {});
  for (const DiscoveryPlan::Refusal& refusal : refused) {
    const std::string id = std::string(refusal.source->name) + "/" + std::string(refusal.object.meta().uid);
    const std::string text = refusal.reason + ": " + refusal.note;
    const auto told = before.find(id);
    if (told == before.end() || told->second != text) fresh.push_back(refusal);
    told_[registry].emplace(id, text);
  }
  return fresh;
}

}  // namespace toolhive
