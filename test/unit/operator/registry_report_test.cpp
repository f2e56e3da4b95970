// What is told of a Registry, and when it is looked at again.
#include <doctest/doctest.h>

#include "controller/operator/registry/report.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Offered;

kube::Object written(Json document) {
  document["metadata"]["name"] = "mcp-registry";
  document["apiVersion"] = "v1";
  document["kind"] = "Any";
  return *kube::Object::from(document);
}

const Json kBound = {{"status", {{"phase", "Bound"}, {"capacity", {{"storage", "10Gi"}}}}}};

// A pass over a Registry in a cluster with Routes, in which nothing went wrong.
struct Told {
  Told() {
    observed.claim = written(kBound);
    outcome.declared = inputs();
    outcome.cluster.routes = Offered::Yes;
  }
  RegistryReport report() const { return report_of(observed, outcome, WallTime{}); }
  bool is_looked_at_soon() const {
    return look_again(observed, outcome, report()) < std::chrono::seconds(60);
  }

  void apply(const kube::ResourceType& type, const kube::Object& object) {
    outcome.written.applied.push_back({type, object});
  }

  RegistryObservation observed{.object = mcp_registry({{"metadata", {{"generation", 4}}}}),
                               .status = std::make_shared<const Json>(),
                               .inputs = inputs()};
  RegistryOutcome outcome;
};

}  // namespace

TEST_SUITE_BEGIN("reporting on a Registry");

TEST_CASE("what was written counts for more than what was there before") {
  Told t;
  CHECK(t.report().storage.reason == "Bound");
  t.apply(pvc_type(), written({{"status", {{"phase", "Lost"}}}}));
  CHECK(t.report().storage.reason == "ClaimLost");
  t.outcome.written.storage = ConditionValue::no("ClaimRefused", "quota");
  CHECK(t.report().storage.reason == "ClaimRefused");

  CHECK(t.report().rollout.settled.message.find("does not exist") != std::string::npos);
  t.observed.running = {{deployment_type(), written({{"spec", {{"replicas", 0}}}})}};
  CHECK(t.report().rollout.available.reason == "ScaledToZero");
  t.apply(deployment_type(), written({{"spec", {{"replicas", 1}}}}));
  CHECK(t.report().rollout.available.reason == "Starting");
}

TEST_CASE("a report says of which Registry and generation it is, and passes on what went wrong") {
  Told t;
  t.outcome.refused = ConditionValue::no("InvalidSpec", "spec.replicas: ...");
  t.outcome.written.failed = ConditionValue::no("NameConflict", "taken");
  const RegistryReport report = t.report();
  CHECK(report.key == kube::Key{"mcp", "mcp-registry"});
  CHECK(report.generation == 4);
  CHECK(report.refused == t.outcome.refused);
  CHECK(report.failed == t.outcome.written.failed);
}

TEST_CASE("trouble with the Route is told while the cluster offers Routes") {
  Told t;
  t.outcome.written.exposure_refused = "spec.host: too long";
  CHECK(t.report().exposure.exposed.reason == "RouteRefused");
  t.outcome.cluster.routes = Offered::No;
  CHECK(t.report().exposure.exposed.reason == "RouteAPIMissing");

  Told away;
  away.outcome.written.exposure_error = Status(Code::Unavailable, "the aggregator is down");
  CHECK(away.report().exposure.exposed.reason == "RouteAPIUnknown");
  CHECK(away.report().exposure.exposed.message == "the aggregator is down");
  away.outcome.cluster.routes = Offered::No;
  CHECK(away.report().exposure.exposed.reason == "RouteAPIMissing");
}

TEST_CASE(
    "of a spec that is held on a claim the storage of what goes on is told, and the claim looked for soon") {
  Told t;
  t.observed.inputs = inputs({{"storage", {{"existingClaim", "typo"}}}});
  t.observed.claim.reset();
  t.apply(pvc_type(), written(kBound));
  t.outcome.refused = ConditionValue::no("ClaimNotFound", "spec.storage: ...");
  CHECK(t.report().storage.message == "the claim mcp-registry-data is bound");
  CHECK(t.is_looked_at_soon());
}

TEST_CASE("a class that is not there yet is looked for soon") {
  Told t;
  t.observed.priority_class_missing = true;
  CHECK(t.is_looked_at_soon());
}

TEST_CASE("what others have added to Deployment and Service is told, and nothing where there is nothing") {
  Told t;
  CHECK_FALSE(t.report().drift);
  Json edited = deployment(*t.outcome.declared);
  edited["spec"]["template"]["spec"]["containers"][0]["command"] = Json::array({"/nope"});
  t.apply(deployment_type(), written(edited));
  Json exposed = service(*t.outcome.declared);
  exposed["spec"]["externalIPs"] = Json::array({"192.0.2.1"});
  t.apply(service_type(), written(exposed));
  REQUIRE(t.report().drift);
  const std::string message = t.report().drift->message;
  CHECK(message.starts_with(
      "the Deployment has spec.template.spec.containers[registry].command; the Service has "
      "spec.externalIPs: "));
}

TEST_CASE("what nothing tells about is looked at soon, all else once a minute") {
  CHECK_FALSE(Told().is_looked_at_soon());
  Told failed;
  failed.outcome.written.failed = ConditionValue::no("NameConflict", "taken");
  CHECK(failed.is_looked_at_soon());
  Told routeless;
  routeless.outcome.cluster.routes = Offered::No;
  CHECK(routeless.is_looked_at_soon());
  Told away;
  away.outcome.written.exposure_error = Status(Code::Unavailable, "the aggregator is down");
  CHECK(away.is_looked_at_soon());
  Told ending;
  ending.outcome.written.namespace_ends = true;
  CHECK(ending.is_looked_at_soon());
  Told claimless;
  claimless.observed.claim.reset();
  CHECK(claimless.is_looked_at_soon());
  claimless.apply(pvc_type(), written(kBound));
  CHECK_FALSE(claimless.is_looked_at_soon());
}

TEST_SUITE_END();
