// The list of a Registry's operands, and the rights that the operator has to have for it.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/operator/make.hpp"
#include "test/unit/operator/yaml_file.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using Verbs = std::set<std::string>;
using Rights = std::map<std::string, Verbs>;  // by resource, as in "deployments.apps"

const Verbs kReading = {"get", "list", "watch"};

// What the ClusterRole of the operator lets it do.
Rights granted() {
  Rights rights;
  const Json role = yaml_file("config/rbac/role.yaml");
  for (const Json& rule : role.at("rules"))
    for (const std::string group : rule.at("apiGroups"))
      for (const std::string resource : rule.at("resources"))
        for (const std::string verb : rule.at("verbs"))
          rights[group.empty() ? resource : resource + "." + group].insert(verb);
  return rights;
}

// Those in which something of other people's objects can be changed: parts of objects, its own
// resources and events are not among them.
Rights granted_to_write() {
  Rights rights = granted();
  std::erase_if(rights, [](const auto& right) {
    const auto& [resource, verbs] = right;
    return resource.find('/') != std::string::npos || resource.ends_with(".mcpregistry.dev") ||
           resource == "events.events.k8s.io" ||
           std::includes(kReading.begin(), kReading.end(), verbs.begin(), verbs.end());
  });
  return rights;
}

Rights needed_to_write() {
  Rights rights;
  for (const Operand& operand : operands())
    rights[operand.type().to_string()] = {"get", "list", "watch", "create", "patch", "delete"};
  // Of its backups.
  rights[job_type().to_string()] = {"get", "list", "watch", "create", "patch", "delete"};
  rights[volume_snapshot_type().to_string()] = {"get", "list", "watch", "create", "patch", "delete"};
  return rights;
}

}  // namespace

TEST_SUITE_BEGIN("operand rows");

TEST_CASE("the operator may write every operand of a Registry, the Jobs of its backups, and nothing else") {
  CHECK(granted_to_write() == needed_to_write());
}

TEST_CASE("a row's name is the name of what it makes") {
  for (const Json& spec : {Json::object(), Json{{"exposure", {{"type", "Route"}}}}}) {
    const RegistryInputs made = inputs(spec);
    for (const Operand& operand : operands()) {
      CAPTURE(operand.type().kind);
      const Json intent = operand.intent(made);
      CHECK(at(intent, "/metadata/name") == operand.name(made));
      CHECK(at(intent, "/metadata/namespace") == made.key.ns);
    }
  }
}

TEST_CASE("no two rows are about the same object") {
  std::set<std::pair<kube::ResourceType, std::string>> seen;
  for (const Operand& operand : operands()) {
    CAPTURE(operand.type().kind);
    CHECK(seen.emplace(operand.type(), operand.name(inputs())).second);
  }
}

TEST_CASE("what must come before an operand is written before it") {
  std::set<kube::ResourceType> written;
  for (const Operand& operand : operands()) {
    if (operand.after) CHECK(written.contains(operand.after()));
    written.insert(operand.type());
  }
}

TEST_CASE("an operand that is not asked for is removed, unless it was never the operator's to write") {
  const auto presence = [](const kube::ResourceType& type, const Json& spec, kube::Offered routes) {
    return row(type).presence(inputs(spec), Cluster{routes});
  };
  const auto yes = kube::Offered::Yes;
  const Json none = Json::object();
  CHECK(presence(network_policy_type(), none, yes) == Presence::Applied);
  CHECK(presence(network_policy_type(), {{"networkPolicy", {{"enabled", false}}}}, yes) == Presence::Removed);
  CHECK(presence(disruption_budget_type(), none, yes) == Presence::Applied);
  CHECK(presence(disruption_budget_type(), {{"availability", {{"disruptionBudget", {{"enabled", false}}}}}},
                 yes) == Presence::Removed);
  CHECK(presence(pvc_type(), none, yes) == Presence::Applied);
  CHECK(presence(pvc_type(), {{"storage", {{"existingClaim", "theirs"}}}}, yes) == Presence::Untouched);
  CHECK(presence(route_type(), none, yes) == Presence::Applied);
  CHECK(presence(route_type(), {{"exposure", {{"type", "None"}}}}, yes) == Presence::Removed);
  CHECK(presence(route_type(), {{"exposure", {{"type", "Ingress"}}}}, yes) == Presence::Removed);
  CHECK(presence(ingress_type(), {{"exposure", {{"type", "Ingress"}}}}, yes) == Presence::Applied);
  for (const char* type : {"Auto", "Route", "None"})
    CHECK(presence(ingress_type(), {{"exposure", {{"type", type}}}}, yes) == Presence::Removed);
  for (const auto offered : {kube::Offered::No, kube::Offered::Unknown})
    CHECK(presence(route_type(), none, offered) == Presence::Untouched);
}

TEST_CASE("what scales a Registry or watches it is there while it is asked for, possible and of use") {
  const auto offering = [](kube::Offered monitors, kube::Offered rules) {
    return Cluster{.routes = {}, .service_monitors = monitors, .prometheus_rules = rules};
  };
  const auto yes = kube::Offered::Yes;
  const auto no = kube::Offered::No;
  const RegistryInputs plain = inputs();
  const RegistryInputs unwatched = inputs({{"monitoring", {{"enabled", false}}}});
  const RegistryInputs scaled = inputs({{"availability", {{"autoscaling", {{"maxReplicas", 3}}}}}});
  const RegistryInputs stopped =
      inputs({{"replicas", 0}, {"availability", {{"autoscaling", {{"maxReplicas", 3}}}}}});
  RegistryInputs hibernated = scaled;
  hibernated.hibernated = true;
  const auto presence = [](const kube::ResourceType& type, const RegistryInputs& given,
                           const Cluster& cluster = Cluster{}) { return row(type).presence(given, cluster); };
  CHECK(presence(pod_autoscaler_type(), plain) == Presence::Removed);
  CHECK(presence(pod_autoscaler_type(), scaled) == Presence::Applied);
  for (const auto& type : {service_monitor_type(), prometheus_rule_type()}) {
    CHECK(presence(type, plain, offering(yes, yes)) == Presence::Applied);
    CHECK(presence(type, unwatched, offering(yes, yes)) == Presence::Removed);
    CHECK(presence(type, unwatched, offering(no, no)) == Presence::Untouched);
  }
  CHECK(presence(service_monitor_type(), plain, offering(no, yes)) == Presence::Untouched);
  CHECK(presence(prometheus_rule_type(), plain, offering(yes, no)) == Presence::Untouched);
  for (const RegistryInputs& without_pods : {stopped, hibernated}) {
    CHECK(presence(pod_autoscaler_type(), without_pods) == Presence::Removed);
    CHECK(presence(prometheus_rule_type(), without_pods, offering(yes, yes)) == Presence::Removed);
  }
}

TEST_SUITE_END();
