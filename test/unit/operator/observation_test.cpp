// What is read from Deployment, pods, claim and Route, and the status that it makes.
#include <doctest/doctest.h>

#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/registry/exposure.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/registry/storage.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

Json deployment_of(const Json& changes = Json::object()) {
  Json object = {{"metadata", {{"name", "mcp-registry"}, {"generation", 2}}},
                 {"spec", {{"replicas", 1}}},
                 {"status", {{"observedGeneration", 2}, {"replicas", 1}, {"updatedReplicas", 1}}}};
  object.merge_patch(changes);
  return object;
}

Json condition(const char* type, const char* status, const char* message = "") {
  return {{"type", type}, {"status", status}, {"reason", "Any"}, {"message", message}};
}

Json pod(bool ready) {
  return {
      {"metadata", registry_pod_metadata("p")},
      {"status",
       {{"phase", "Running"}, {"conditions", Json::array({condition("Ready", ready ? "True" : "False")})}}}};
}

Rollout rollout_of(const Json* deployment, const std::vector<Json>& pods) {
  return observe_rollout(deployment, pods, kRegistryTerms, WallTime{});
}

Json waiting(const char* reason, const char* message = "why") {
  Json made = pod(false);
  made["status"]["containerStatuses"] =
      Json::array({{{"state", {{"waiting", {{"reason", reason}, {"message", message}}}}}}});
  return made;
}

Json leaving(Json made) {
  made["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  return made;
}

TEST_CASE("a rollout is settled when the pod of the last configuration serves") {
  const Json is = deployment_of();
  const Rollout rollout = rollout_of(&is, {pod(true)});
  CHECK(rollout.available.holds());
  CHECK(rollout.settled.holds());
  CHECK(rollout.replicas == 1);
  CHECK(rollout.ready_replicas == 1);
  CHECK_FALSE(rollout.failed);
}

TEST_CASE("a Deployment whose controller has not seen the change is not settled, however ready its pod is") {
  const Json is = deployment_of({{"status", {{"observedGeneration", 1}}}});
  const Rollout rollout = rollout_of(&is, {pod(true)});
  CHECK(rollout.available.holds());
  CHECK_FALSE(rollout.settled.holds());
}

TEST_CASE("an old pod that serves does not hide a new configuration that does not start") {
  const Json is = deployment_of({{"status", {{"replicas", 2}}}});
  const Rollout rollout = rollout_of(&is, {pod(true), waiting("ImagePullBackOff", "no such image")});
  CHECK(rollout.available.holds());
  CHECK_FALSE(rollout.settled.holds());
  CHECK(rollout.settled.reason == "ImagePullBackOff");
  CHECK(rollout.settled.message.find("no such image") != std::string::npos);
  CHECK(rollout.failed);
}

TEST_CASE("a pod that is being deleted does not count") {
  const Json is = deployment_of();
  const Rollout rollout = rollout_of(&is, {leaving(pod(true))});
  CHECK(rollout.replicas == 0);
  CHECK(rollout.ready_replicas == 0);
  CHECK_FALSE(rollout.available.holds());
  CHECK(rollout_of(&is, {leaving(waiting("CrashLoopBackOff"))}).settled.reason == "Starting");
}

TEST_CASE("a container that keeps ending is reported with its exit code") {
  const Json is = deployment_of();
  Json crashing = waiting("CrashLoopBackOff", "back-off 10s");
  crashing["status"]["containerStatuses"][0]["lastState"] = {
      {"terminated", {{"exitCode", 3}, {"reason", "OOMKilled"}}}};
  const Rollout rollout = rollout_of(&is, {crashing});
  CHECK(rollout.available.reason == "CrashLoopBackOff");
  CHECK(rollout.settled.message.find("exit code 3 (OOMKilled)") != std::string::npos);
  CHECK(rollout.failed);
}

TEST_CASE("a pod that only just starts is no trouble") {
  const Json is = deployment_of();
  const Rollout rollout = rollout_of(&is, {waiting("ContainerCreating")});
  CHECK(rollout.settled.reason == "Starting");
  CHECK_FALSE(rollout.failed);
}

TEST_CASE("a pod that fits on no node, and pods that are refused, are reported") {
  const Json is = deployment_of();
  Json homeless = pod(false);
  homeless["status"]["conditions"].push_back(condition("PodScheduled", "False", "0/1 nodes are available"));
  CHECK(rollout_of(&is, {homeless}).settled.reason == "Unschedulable");

  const Json refused = deployment_of(
      {{"status", {{"conditions", Json::array({condition("ReplicaFailure", "True", "exceeded quota")})}}}});
  const Rollout rollout = rollout_of(&refused, {});
  CHECK(rollout.settled.reason == "PodsRefused");
  CHECK(rollout.settled.message == "exceeded quota");
  CHECK(rollout.failed);
}

TEST_CASE("a rollout past its deadline has failed, also when nothing says why") {
  const Json is = deployment_of(
      {{"status", {{"conditions", Json::array({condition("Progressing", "False", "timed out")})}}}});
  const Rollout rollout = rollout_of(&is, {pod(false)});
  CHECK(rollout.settled.reason == "RolloutOverdue");
  CHECK(rollout.failed);
}

TEST_CASE("a registry scaled to zero is not available and not failed") {
  const Json is =
      deployment_of({{"spec", {{"replicas", 0}}}, {"status", {{"replicas", 0}, {"updatedReplicas", 0}}}});
  const Rollout rollout = rollout_of(&is, {});
  CHECK(rollout.available.reason == "ScaledToZero");
  CHECK(rollout.settled.reason == "ScaledToZero");
  CHECK_FALSE(rollout.failed);
}

TEST_CASE("storage is ready when its claim is bound") {
  const Json bound = {{"status", {{"phase", "Bound"}, {"capacity", {{"storage", "10Gi"}}}}}};
  CHECK(observe_storage(&bound, "c", "10Gi").reason == "Bound");
  CHECK(observe_storage(&bound, "c", "20Gi").reason == "Growing");
  CHECK(observe_storage(&bound, "c", "20Gi").holds());
  const Json pending = {{"status", {{"phase", "Pending"}}}};
  CHECK(observe_storage(&pending, "c", "10Gi").reason == "ClaimPending");
  CHECK_FALSE(observe_storage(&pending, "c", "10Gi").holds());
  const Json lost = {{"status", {{"phase", "Lost"}}}};
  CHECK(observe_storage(&lost, "c", "10Gi").reason == "ClaimLost");
  Json gone = bound;
  gone["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  CHECK(observe_storage(&gone, "c", "10Gi").reason == "ClaimDeleting");
  CHECK(observe_storage(nullptr, "c", "").reason == "ClaimNotFound");
}

TEST_CASE("an expansion that waits says for what, and one that failed needs attention") {
  Json claim = {{"status", {{"phase", "Bound"}, {"capacity", {{"storage", "10Gi"}}}}}};
  CHECK(observe_storage(&claim, "c", "20Gi").message.find("kubectl describe pvc c") != std::string::npos);
  claim["status"]["conditions"] = Json::array({condition("FileSystemResizePending", "True")});
  const ConditionValue pending = observe_storage(&claim, "c", "20Gi");
  CHECK(pending.reason == "Growing");
  CHECK(pending.message.find("delete the pod") != std::string::npos);

  claim["status"]["conditions"] =
      Json::array({condition("ControllerResizeError", "True", "quota of the cloud")});
  RegistryReport observed;
  observed.storage = observe_storage(&claim, "c", "20Gi");
  CHECK(observed.storage.holds());
  CHECK(observed.storage.reason == "GrowthFailed");
  observed.rollout.available = observed.rollout.settled = ConditionValue::yes("Serving", "serves");
  const Json status = registry_status(Json::object(), observed, WallTime{});
  const auto conditions = runtime::Conditions::from_json(status.at("conditions"));
  CHECK(conditions.is_true("Degraded"));
  CHECK(conditions.find("Degraded")->message.find("quota of the cloud") != std::string::npos);
  CHECK(conditions.is_true("Ready"));

  claim["status"].erase("conditions");
  claim["status"]["allocatedResourceStatuses"] = {{"storage", "NodeResizeInfeasible"}};
  CHECK(observe_storage(&claim, "c", "20Gi").reason == "GrowthFailed");
  CHECK(observe_storage(&claim, "c", "10Gi").reason == "Bound");
}

RegistrySpec::Exposure exposure(const char* type) {
  return inputs({{"exposure", {{"type", type}}}}).spec.exposure;
}

TEST_CASE("Auto is content without Routes, Route is not") {
  const ExposureState automatic = observe_exposure(exposure("Auto"), kube::Offered::No, nullptr);
  CHECK(automatic.exposed.reason == "RouteAPIMissing");
  CHECK_FALSE(automatic.required);
  const ExposureState route = observe_exposure(exposure("Route"), kube::Offered::No, nullptr);
  CHECK(route.exposed.reason == "RouteAPIMissing");
  CHECK(route.required);
  CHECK(observe_exposure(exposure("Route"), kube::Offered::Unknown, nullptr).exposed.status ==
        runtime::ConditionStatus::Unknown);
  CHECK(observe_exposure(exposure("None"), kube::Offered::Yes, nullptr).exposed.reason == "NotRequested");
}

TEST_CASE("the host in force is the one a router admitted") {
  const auto with = [](const Json& ingress) { return Json{{"status", {{"ingress", ingress}}}}; };
  const Json refused = {{"host", "a.example.com"},
                        {"conditions", Json::array({{{"type", "Admitted"},
                                                     {"status", "False"},
                                                     {"reason", "HostAlreadyClaimed"},
                                                     {"message", "taken"}}})}};
  const Json admitted = {{"host", "b.example.com"},
                         {"conditions", Json::array({{{"type", "Admitted"}, {"status", "True"}}})}};
  const auto observe = [](const Json& route) {
    return observe_exposure(exposure("Auto"), kube::Offered::Yes, &route);
  };
  CHECK(observe(with(Json::array())).exposed.reason == "RoutePending");
  CHECK(observe(Json::object()).exposed.reason == "RoutePending");
  const ExposureState no = observe(with(Json::array({refused})));
  CHECK(no.exposed.reason == "RouteRefused");
  CHECK(no.exposed.message.find("HostAlreadyClaimed") != std::string::npos);
  CHECK(no.url.empty());
  const ExposureState yes = observe(with(Json::array({refused, admitted})));
  CHECK(yes.exposed.holds());
  CHECK(yes.url == "https://b.example.com");
}

TEST_CASE("an Ingress is served when a controller says where, and a registry is ready before") {
  RegistrySpec::Exposure spec =
      inputs({{"exposure", {{"type", "Ingress"}, {"host", "a.example.com"}}}}).spec.exposure;
  CHECK(observe_ingress(spec, nullptr).exposed.reason == "IngressPending");
  const Json taken = {{"status", {{"loadBalancer", {{"ingress", {{{"ip", "192.0.2.1"}}}}}}}}};
  const Json not_taken = {{"status", {{"loadBalancer", Json::object()}}}};
  const ExposureState waiting = observe_ingress(spec, &not_taken);
  CHECK(waiting.exposed.reason == "IngressPending");
  CHECK(waiting.url.empty());
  CHECK_FALSE(waiting.required);
  const ExposureState served = observe_ingress(spec, &taken);
  CHECK(served.exposed.holds());
  CHECK(served.url == "http://a.example.com");
  spec.tls_secret_name = "cert";
  CHECK(observe_ingress(spec, &taken).url == "https://a.example.com");
}

RegistryReport serving() {
  RegistryReport observed;
  observed.key = {"mcp", "mcp-registry"};
  observed.generation = 4;
  observed.storage = ConditionValue::yes("Bound", "bound");
  observed.rollout.replicas = observed.rollout.ready_replicas = 1;
  observed.rollout.available = observed.rollout.settled = ConditionValue::yes("Serving", "serves");
  observed.exposure.exposed = ConditionValue::no("RouteAPIMissing", "no routes");
  return observed;
}

runtime::Condition find(const Json& status, const char* type) {
  const auto conditions = runtime::Conditions::from_json(status.at("conditions"));
  REQUIRE_MESSAGE(conditions.find(type) != nullptr, type);
  return *conditions.find(type);
}

bool is_true(const Json& status, const char* type) {
  return find(status, type).status == runtime::ConditionStatus::True;
}

TEST_CASE("a registry that serves is Ready, with the addresses and numbers that scale and kubectl read") {
  RegistryReport observed = serving();
  observed.service = ServiceReport{3, "1.2.3"};
  const Json status = registry_status(Json::object(), observed, WallTime{});
  for (const char* type : {"Ready", "Accepted", "StorageReady", "Available"}) {
    CAPTURE(type);
    CHECK(is_true(status, type));
    CHECK(find(status, type).observed_generation == 4);
  }
  CHECK_FALSE(is_true(status, "Degraded"));
  CHECK_FALSE(is_true(status, "Exposed"));
  CHECK(status.at("observedGeneration") == 4);
  CHECK(status.at("internalURL") == "http://mcp-registry.mcp.svc:8080");
  CHECK(status.at("url") == status.at("internalURL"));
  CHECK(status.at("tools") == 3);
  CHECK(status.at("version") == "1.2.3");
  CHECK(status.at("replicas") == 1);
  CHECK(status.at("selector") ==
        "app.kubernetes.io/instance=mcp-registry,app.kubernetes.io/name=mcp-registry");
}

TEST_CASE("a registry has no address before it served once, and keeps it from then on") {
  RegistryReport observed = serving();
  observed.rollout.available = observed.rollout.settled =
      ConditionValue::no("ImagePullBackOff", "no such image");
  const Json fresh = registry_status(Json::object(), observed, WallTime{});
  CHECK_FALSE(fresh.contains("url"));
  CHECK_FALSE(fresh.contains("internalURL"));
  const Json served = registry_status(fresh, serving(), WallTime{});
  CHECK(served.at("url") == "http://mcp-registry.mcp.svc:8080");
  CHECK(registry_status(served, observed, WallTime{}).at("url") == served.at("url"));
}

TEST_CASE("an unchanged observation makes an unchanged status, at any later time") {
  const Json status = registry_status(Json::object(), serving(), WallTime{});
  CHECK(registry_status(status, serving(), WallTime{} + std::chrono::hours(1)) == status);
}

TEST_CASE(
    "what discovery found is told while a Registry discovers, and kept until something newer is known") {
  RegistryReport observed = serving();
  const Json without = registry_status(Json::object(), observed, WallTime{});
  CHECK_FALSE(without.contains("discovered"));
  observed.discovers = true;
  observed.discovery = DiscoveryReport{.ready = ConditionValue::yes("Discovering", "every source is read"),
                                       .counts = {{"Service", {.servers = 2, .waiting = 1, .refused = 3}}}};
  const Json told = registry_status(without, observed, WallTime{});
  CHECK(is_true(told, "DiscoveryReady"));
  CHECK(told.at("discovered") ==
        Json::array({{{"source", "Service"}, {"servers", 2}, {"waiting", 1}, {"refused", 3}}}));
  observed.discovery.reset();
  CHECK(registry_status(told, observed, WallTime{}) == told);
  observed.discovers = false;
  CHECK(registry_status(told, observed, WallTime{}) == without);
}

TEST_CASE("what the registry said last is kept while it does not answer") {
  RegistryReport observed = serving();
  observed.service = ServiceReport{3, "1.2.3"};
  const Json before = registry_status(Json::object(), observed, WallTime{});
  observed.service.reset();
  observed.unreachable = ConditionValue::no("RegistryUnreachable", "timeout");
  const Json status = registry_status(before, observed, WallTime{});
  CHECK(status.at("tools") == 3);
  CHECK(status.at("version") == "1.2.3");
  CHECK(find(status, "Degraded").reason == "RegistryUnreachable");
}

TEST_CASE("a version that a registry did not tell together with its tools stays as it was told before") {
  RegistryReport observed = serving();
  observed.service = ServiceReport{3, "1.2.3"};
  const Json before = registry_status(Json::object(), observed, WallTime{});
  observed.service = ServiceReport{4, ""};
  const Json status = registry_status(before, observed, WallTime{});
  CHECK(status.at("tools") == 4);
  CHECK(status.at("version") == "1.2.3");
}

TEST_CASE("a refused spec is not Ready while what runs stays Available") {
  RegistryReport observed = serving();
  observed.refused = ConditionValue::no("StorageCannotShrink", "spec.storage.size: ...");
  const Json status = registry_status(Json::object(), observed, WallTime{});
  CHECK_FALSE(is_true(status, "Accepted"));
  CHECK_FALSE(is_true(status, "Ready"));
  CHECK(find(status, "Ready").reason == "StorageCannotShrink");
  CHECK(find(status, "Degraded").reason == "StorageCannotShrink");
  CHECK(is_true(status, "Degraded"));
  CHECK(is_true(status, "Available"));
}

TEST_CASE("a taken name is Ready's reason and degrades the registry") {
  RegistryReport observed = serving();
  observed.failed = ConditionValue::no("NameConflict", "services \"x\" exists");
  const Json status = registry_status(Json::object(), observed, WallTime{});
  CHECK(find(status, "Ready").reason == "NameConflict");
  CHECK(is_true(status, "Degraded"));
  CHECK(is_true(status, "Accepted"));
}

TEST_CASE("a required Route that is not admitted keeps a registry from Ready") {
  RegistryReport observed = serving();
  observed.exposure.required = true;
  CHECK(find(registry_status(Json::object(), observed, WallTime{}), "Ready").reason == "RouteAPIMissing");
  observed.exposure.exposed = ConditionValue::yes("RouteAdmitted", "");
  observed.exposure.url = "https://a.example.com";
  const Json status = registry_status(Json::object(), observed, WallTime{});
  CHECK(is_true(status, "Ready"));
  CHECK(status.at("url") == "https://a.example.com");
}

TEST_CASE("a failed rollout degrades the registry with the pod's own words") {
  RegistryReport observed = serving();
  observed.rollout.settled = ConditionValue::no("ImagePullBackOff", "no such image");
  observed.rollout.failed = true;
  const Json status = registry_status(Json::object(), observed, WallTime{});
  CHECK(find(status, "Degraded").reason == "ImagePullBackOff");
  CHECK(find(status, "Ready").reason == "ImagePullBackOff");
  CHECK(is_true(status, "Available"));
}

TEST_CASE("a change that waits for a paused Deployment says so") {
  Json waits = deployment_of({{"spec", {{"paused", true}}}, {"status", {{"updatedReplicas", 0}}}});
  const Rollout rollout = rollout_of(&waits, {pod(true)});
  CHECK(rollout.settled.reason == "DeploymentPaused");
  CHECK(rollout.failed);
  const Json nothing_waits = deployment_of({{"spec", {{"paused", true}}}});
  CHECK(rollout_of(&nothing_waits, {pod(true)}).settled.holds());
}

TEST_CASE("additions of others are a condition while there are any") {
  RegistryReport observed = serving();
  observed.drift = ConditionValue::yes("FieldsOfOthers", "the Deployment has ...");
  const Json status = registry_status(Json::object(), observed, WallTime{});
  CHECK(is_true(status, "Drifted"));
  CHECK(is_true(status, "Ready"));
  const Json later = registry_status(status, serving(), WallTime{});
  CHECK(runtime::Conditions::from_json(later.at("conditions")).find("Drifted") == nullptr);
}

TEST_CASE("the end of a pause takes its condition away") {
  const Json paused = {
      {"conditions",
       Json::array({{{"type", "ReconciliationPaused"}, {"status", "True"}, {"reason", "Annotated"}}})}};
  const Json status = registry_status(paused, serving(), WallTime{});
  CHECK(runtime::Conditions::from_json(status.at("conditions")).find("ReconciliationPaused") == nullptr);
}

TEST_CASE("a spec that cannot be read changes nothing but Accepted and Ready") {
  const Json before = registry_status(Json::object(), serving(), WallTime{});
  const Json status = refused_status(before, ConditionValue::no("InvalidSpec", "spec.x: ..."), 5, WallTime{});
  CHECK_FALSE(is_true(status, "Accepted"));
  CHECK_FALSE(is_true(status, "Ready"));
  CHECK(is_true(status, "Available"));
  CHECK(status.at("observedGeneration") == 5);
  CHECK(status.at("url") == before.at("url"));
}

TEST_CASE("a message of any length leaves the status small") {
  RegistryReport observed = serving();
  observed.refused = ConditionValue::no("Refused", std::string(100000, 'x'));
  CHECK(registry_status(Json::object(), observed, WallTime{}).dump().size() < 8000);
}

}  // namespace
