#include "controller/operator/discovery/decide.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "controller/operator/discovery/discovered_tool.hpp"
#include "controller/operator/labels.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;

namespace {

Key tool_key(const DiscoveryObservation& observed, const FoundObject& found) {
  return {std::string(found.object.meta().ns),
          discovered_name(*found.source, observed.registry, found.object.meta().name)};
}

bool is_wanted(const FoundObject& found) {
  return found.server.wanted && !found.object.meta().deleting() &&
         found.object.meta().annotations.get(kDiscoverAnnotation) != "false";
}

class DiscoveryDecision {
 public:
  explicit DiscoveryDecision(const DiscoveryObservation& observed) : observed_(observed) {
    for (const Object& tool : observed.made) made_.insert(tool.key());
    for (const auto& [source, known] : observed.sources) plan.counts.try_emplace(source);
  }

  void take(const FoundObject& found) {
    if (!is_wanted(found)) return;
    const Key key = tool_key(observed_, found);
    DiscoveryCount& count = plan.counts[found.source];
    if (!found.server.refused.ok()) return refuse_it(found, count);
    const bool exists = made_.contains(key);
    if (found.server.url.empty() || (!found.server.ready && !exists)) {
      ++count.waiting;
      keep_.insert(key);
      return;
    }
    const std::string url = comparable_url(found.server.url);
    if (observed_.taken_urls.contains(url) || !urls_.insert(url).second) return;
    if (plan.apply.size() >= kMostServers) {
      plan.too_many = true;
      return;
    }
    ++count.servers;
    keep_.insert(key);
    plan.apply.push_back(
        {found.source, found.object,
         std::make_shared<const Json>(discovered_intent(*found.source, found.object, found.server,
                                                        observed_.registry, *observed_.spec))});
  }

  bool has_its_tool(const FoundObject& found) const { return made_.contains(tool_key(observed_, found)); }

  void remove_unwanted() {
    for (const Object& tool : observed_.made)
      if (!tool.meta().deleting() && !keep_.contains(tool.key()) && is_known_unwanted(tool))
        plan.remove.push_back(tool);
  }

  DiscoveryPlan plan;

 private:
  void refuse_it(const FoundObject& found, DiscoveryCount& count) {
    ++count.refused;
    const Status& why = found.server.refused;
    plan.refused.push_back({found.source, found.object, why.reason(), why.message()});
  }

  // Nothing speaks for it; whether that is because nothing is known is the question.
  bool is_known_unwanted(const Object& tool) const {
    if (!observed_.spec) return true;
    const auto source = observed_.sources.find(source_of(tool));
    if (source == observed_.sources.end()) return true;
    const bool elsewhere = tool.meta().ns != observed_.registry.ns;
    if (elsewhere && !observed_.namespaces) return true;
    return source->second.is_complete() && (!elsewhere || observed_.namespaces->is_complete());
  }

  const DiscoveryObservation& observed_;
  std::set<Key> made_;
  std::set<Key> keep_;
  std::set<std::string> urls_;
};

}  // namespace

DiscoveryPlan decide(const DiscoveryObservation& observed) {
  DiscoveryDecision decision(observed);
  if (observed.spec) {
    std::vector<FoundObject> found = observed.found;
    std::stable_partition(found.begin(), found.end(),
                          [&](const FoundObject& each) { return decision.has_its_tool(each); });
    for (const FoundObject& each : found) decision.take(each);
  }
  decision.remove_unwanted();
  return std::move(decision.plan);
}

}  // namespace toolhive
