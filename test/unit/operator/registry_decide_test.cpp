// What is decided about a Registry, from what there is.
#include <doctest/doctest.h>

#include <functional>

#include "controller/operator/registry/decide.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

kube::Object running(const Json& spec = Json::object()) {
  return *kube::Object::from(
      {{"apiVersion", "v1"},
       {"kind", "Any"},
       {"metadata", {{"name", "mcp-registry"}, {"namespace", "mcp"}, {"uid", "uid-of-it"}}},
       {"spec", spec}});
}

// Of a Registry of generation 2 whose Deployment and NetworkPolicy run.
RegistryObservation observation(const Json& spec = Json::object(), const char* accepted = "False") {
  const Json status = {{"conditions", Json::array({told_condition("Accepted", accepted, "Any", 2)})}};
  RegistryObservation seen{.object = mcp_registry({{"metadata", {{"generation", 2}}}, {"status", status}}),
                           .status = std::make_shared<const Json>(status),
                           .inputs = inputs(spec)};
  seen.running = {{network_policy_type(), running()}, {deployment_type(), running()}};
  return seen;
}

std::vector<std::string> kinds(const std::vector<DryRun>& dry_runs) {
  std::vector<std::string> kinds;
  for (const DryRun& run : dry_runs) kinds.push_back(run.operand->type().kind);
  return kinds;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("deciding about a Registry");

TEST_CASE("a spec that was not accepted yet is tried by a dry run on what runs and is declared") {
  const auto with = [](RegistryObservation seen, const std::function<void(RegistryObservation&)>& change) {
    change(seen);
    return kinds(decide(seen, {}).dry_runs);
  };
  const auto no_deployment = [](RegistryObservation& seen) { seen.running.pop_back(); };
  const auto no_policy = [](RegistryObservation& seen) { seen.running.erase(seen.running.begin()); };
  const auto older = [](RegistryObservation& seen) {
    seen.status = std::make_shared<const Json>(
        Json{{"conditions", Json::array({told_condition("Accepted", "True", "Any", 1)})}});
  };
  const auto nothing = [](RegistryObservation&) {};
  CHECK(with(observation(), nothing) == Kinds{"NetworkPolicy", "Deployment"});
  CHECK(with(observation(), no_policy) == Kinds{"Deployment"});
  CHECK(with(observation({{"networkPolicy", {{"enabled", false}}}}), nothing) == Kinds{"Deployment"});
  CHECK(with(observation(), no_deployment) == Kinds{});
  CHECK(with(observation(Json::object(), "True"), nothing) == Kinds{});
  CHECK(with(observation(Json::object(), "True"), older) == Kinds{"NetworkPolicy", "Deployment"});
}

TEST_CASE("a spec that is refused is not tried, and what was accepted last is kept up") {
  const RegistryInputs accepted = inputs({{"image", "example.com/mcp-registry:accepted"}});
  const RegistryPlan plan = decide(observation({{"replicas", 3}}), accepted);
  REQUIRE(plan.refused);
  CHECK(plan.refused->message.find("spec.replicas") == 0);
  CHECK(plan.dry_runs.empty());
  REQUIRE(plan.accepted);
  CHECK(plan.accepted->image == accepted.image);
  CHECK_FALSE(decide(observation(), {}).refused);
}

TEST_CASE("a claim of ours keeps a spec from being accepted, one that the spec names does not") {
  const kube::Object claim = running({{"resources", {{"requests", {{"storage", "20Gi"}}}}}});
  RegistryObservation ours = observation({{"storage", {{"size", "10Gi"}}}});
  ours.claim = claim;
  REQUIRE(decide(ours, {}).refused);
  CHECK(decide(ours, {}).refused->reason == "StorageCannotShrink");
  RegistryObservation named = observation({{"storage", {{"existingClaim", "theirs"}}}});
  named.claim = claim;
  CHECK_FALSE(decide(named, {}).refused);
}

TEST_CASE("a change to a claim that cannot be used is held while the registry runs on another") {
  const auto claimed = [](const char* name) {
    return running({{"template",
                     {{"spec",
                       {{"volumes", Json::array({{{"name", "data"},
                                                  {"persistentVolumeClaim", {{"claimName", name}}}}})}}}}}});
  };
  const auto reason = [](const RegistryObservation& seen) {
    const auto refused = decide(seen, {}).refused;
    return refused ? refused->reason : "";
  };
  const Json spec = {{"storage", {{"existingClaim", "theirs"}}}};
  RegistryObservation seen = observation(spec);
  seen.running.back().object = claimed("mcp-registry-data");
  REQUIRE(reason(seen) == "ClaimNotFound");
  CHECK(decide(seen, {}).refused->message.starts_with(
      "spec.storage: the claim theirs does not exist; create it"));
  seen.claim = patched(running(), {{"status", {{"phase", "Lost"}}}});
  CHECK(reason(seen) == "ClaimLost");
  seen.claim = patched(running(), {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}});
  CHECK(reason(seen) == "ClaimDeleting");
  // It may wait for its first pod.
  seen.claim = patched(running(), {{"status", {{"phase", "Pending"}}}});
  CHECK(reason(seen) == "");

  RegistryObservation in_use = observation(spec);
  in_use.running.back().object = claimed("theirs");
  CHECK(reason(in_use) == "");
  RegistryObservation stopped = observation(spec);
  stopped.running.clear();
  CHECK(reason(stopped) == "");
  RegistryObservation made_by_us = observation();
  made_by_us.running.back().object = claimed("theirs");
  CHECK(reason(made_by_us) == "");
}

TEST_CASE("a claim of ours is made first where the registry runs on another") {
  const auto runs_on = [](const char* name, const Json& spec = Json::object()) {
    RegistryObservation seen = observation(spec);
    seen.running.back().object = running(
        {{"template",
          {{"spec",
            {{"volumes",
              Json::array({{{"name", "data"}, {"persistentVolumeClaim", {{"claimName", name}}}}})}}}}}});
    return seen;
  };
  CHECK(decide(runs_on("theirs"), {}).needs_claim);
  CHECK_FALSE(decide(runs_on("mcp-registry-data"), {}).needs_claim);
  CHECK_FALSE(decide(runs_on("theirs", {{"storage", {{"existingClaim", "others"}}}}), {}).needs_claim);
  CHECK_FALSE(decide(runs_on("theirs", {{"replicas", 3}}), {}).needs_claim);
  RegistryObservation there = runs_on("theirs");
  there.claim = running();
  CHECK_FALSE(decide(there, {}).needs_claim);
  RegistryObservation nothing_runs = observation();
  nothing_runs.running.clear();
  CHECK_FALSE(decide(nothing_runs, {}).needs_claim);
}

TEST_CASE("a change to a priority class that does not exist is held") {
  RegistryObservation seen = observation({{"podTemplate", {{"priorityClassName", "high"}}}});
  CHECK_FALSE(decide(seen, {}).refused);
  seen.priority_class_missing = true;
  const RegistryPlan plan = decide(seen, {});
  REQUIRE(plan.refused);
  CHECK(plan.refused->reason == "PriorityClassNotFound");
  CHECK(plan.dry_runs.empty());
}

TEST_CASE("a Deployment whose strategy others changed is repaired, also while the spec is refused") {
  for (const int replicas : {1, 3}) {
    RegistryObservation seen = observation({{"replicas", replicas}});
    CHECK_FALSE(decide(seen, {}).repair);
    seen.running.back().object =
        running({{"strategy", {{"type", "RollingUpdate"}, {"rollingUpdate", Json::object()}}}});
    CHECK(decide(seen, {}).repair);
  }
}

TEST_SUITE_END();
