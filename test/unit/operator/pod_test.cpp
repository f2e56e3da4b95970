// What pods of a registry say, and what does not count as theirs.
#include "controller/operator/operand/pod.hpp"

#include <doctest/doctest.h>

#include "controller/base/time.hpp"
#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/registry/operands.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace std::chrono_literals;
using namespace toolhive;
using namespace toolhive::test;

const WallTime kNow = WallTime{} + std::chrono::hours(24 * 365 * 56);

std::string ago(std::chrono::seconds time) {
  return to_rfc3339(kNow - time);
}

Json pod_condition(const char* type, const char* status, std::chrono::seconds age = 0s,
                   const char* message = "") {
  return {{"type", type}, {"status", status}, {"lastTransitionTime", ago(age)}, {"message", message}};
}

Json deployment() {
  return {{"metadata", {{"name", "mcp-registry"}, {"generation", 2}}},
          {"spec", {{"replicas", 1}}},
          {"status", {{"observedGeneration", 2}, {"replicas", 1}, {"updatedReplicas", 1}}}};
}

Json pod_with(const char* phase, const Json& conditions, const Json& containers) {
  return {{"metadata", registry_pod_metadata("p")},
          {"status", {{"phase", phase}, {"conditions", conditions}, {"containerStatuses", containers}}}};
}

Json serving_pod() {
  return pod_with(
      "Running", Json::array({pod_condition("Ready", "True")}),
      Json::array(
          {{{"name", "registry"}, {"ready", true}, {"state", {{"running", {{"startedAt", ago(1h)}}}}}}}));
}

Json failed_container(const char* name) {
  return {{"name", name}, {"state", {{"terminated", {{"exitCode", 1}, {"reason", "Error"}}}}}};
}

Json creating_pod(std::chrono::seconds age, const char* sandbox = "False") {
  return pod_with(
      "Pending",
      Json::array({pod_condition("PodScheduled", "True", age),
                   pod_condition("PodReadyToStartContainers", sandbox, age)}),
      Json::array({{{"name", "registry"}, {"state", {{"waiting", {{"reason", "ContainerCreating"}}}}}}}));
}

Rollout observe(const std::vector<Json>& pods, const Json& of = deployment()) {
  return observe_rollout(&of, pods, kRegistryTerms, kNow);
}

TEST_CASE("a pod that ended says nothing of the one that serves, whatever its containers say") {
  Json evicted = pod_with("Failed", Json::array(), Json::array({failed_container("registry")}));
  evicted["status"]["reason"] = "Evicted";
  for (const auto& pods : {std::vector{evicted, serving_pod()}, std::vector{serving_pod(), evicted}}) {
    const Rollout rollout = observe(pods);
    CHECK(rollout.settled.holds());
    CHECK_FALSE(rollout.failed);
    CHECK(rollout.replicas == 1);
  }
}

TEST_CASE("while nothing serves, the end of the pod before is told and is no failure yet") {
  Json evicted = pod_with("Failed", Json::array(), Json::array({failed_container("registry")}));
  evicted["status"]["reason"] = "Evicted";
  evicted["status"]["message"] = "The node was low on resource: memory";
  const Rollout rollout = observe({evicted, creating_pod(1s)});
  CHECK(rollout.settled.reason == "Starting");
  CHECK(rollout.settled.message.find("Evicted: The node was low") != std::string::npos);
  CHECK_FALSE(rollout.failed);
}

TEST_CASE("pods are the Deployment's by the ReplicaSet that controls them, not by labels") {
  Json bare = serving_pod();
  bare["metadata"].erase("ownerReferences");
  CHECK(observe({bare}).ready_replicas == 0);
  Json unlabelled = serving_pod();
  unlabelled["metadata"]["labels"] = {{"pod-template-hash", "5d8f"}};
  CHECK(observe({unlabelled}).settled.holds());
  Json anothers = serving_pod();
  anothers["metadata"]["ownerReferences"][0]["name"] = "mcp-registry-b-5d8f";
  CHECK(observe({anothers}).replicas == 0);
  Json job = serving_pod();
  job["metadata"]["ownerReferences"][0]["kind"] = "Job";
  CHECK(observe({job}).replicas == 0);
}

TEST_CASE("trouble names its container, a sidecar and an init container as well") {
  Json sidecar = serving_pod();
  sidecar["status"]["conditions"] = Json::array({pod_condition("Ready", "False")});
  sidecar["status"]["containerStatuses"].push_back(
      {{"name", "proxy"},
       {"state", {{"waiting", {{"reason", "CrashLoopBackOff"}, {"message", "back-off"}}}}}});
  CHECK(observe({sidecar}).settled.message == "pod p, container proxy: CrashLoopBackOff: back-off");

  Json init = creating_pod(1s);
  init["status"]["initContainerStatuses"] =
      Json::array({{{"name", "wait"},
                    {"state", {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", "no image"}}}}}}});
  const Rollout rollout = observe({init});
  CHECK(rollout.settled.message == "pod p, container wait: ImagePullBackOff: no image");
  CHECK(rollout.failed);
}

TEST_CASE("an init container that is done is no trouble, one that failed is") {
  Json init = creating_pod(1s);
  init["status"]["initContainerStatuses"] =
      Json::array({{{"name", "done"}, {"state", {{"terminated", {{"exitCode", 0}}}}}}});
  CHECK(observe({init}).settled.reason == "Starting");
  init["status"]["initContainerStatuses"].push_back(failed_container("wait"));
  CHECK(observe({init}).settled.reason == "ContainerExited");
}

TEST_CASE("a start names the container that it waits for when that is not the registry alone") {
  Json waits = serving_pod();
  waits["status"]["conditions"] =
      Json::array({pod_condition("Ready", "False", 2h, "containers with unready status: [proxy]")});
  CHECK(observe({waits}).settled.message.find("[proxy]") != std::string::npos);
  waits["status"]["conditions"] =
      Json::array({pod_condition("Ready", "False", 2h, "containers with unready status: [registry]")});
  CHECK(observe({waits}).settled.message == "the pod of the configuration applied last is not serving yet");
}

TEST_CASE("a pod that has not begun to run names the Secrets without which it does not") {
  Json pod = creating_pod(1s);
  const Json projected = {{"projected",
                           {{"sources", Json::array({{{"secret", {{"name", "db-app"}}}},
                                                     {{"configMap", {{"name", "other"}}}}})}}}};
  pod["spec"]["volumes"] = Json::array({projected, {{"secret", {{"secretName", "tls"}}}}});
  const std::string secrets = "each Secret that it mounts exists with the keys named: db-app, tls";
  CHECK(observe({pod}).settled.reason == "Starting");
  CHECK(observe({pod}).settled.message.ends_with(secrets));
  Json late = creating_pod(6min);
  late["spec"] = pod["spec"];
  CHECK(observe({late}).settled.reason == "ContainerCreating");
  CHECK(observe({late}).settled.message.find(secrets) != std::string::npos);
  Json serving = serving_pod();
  serving["spec"] = pod["spec"];
  serving["status"]["conditions"] = Json::array({pod_condition("Ready", "False")});
  CHECK(observe({serving}).settled.message.find(secrets) == std::string::npos);
}

TEST_CASE("a pod whose volumes cannot be mounted is trouble once a start may take no longer") {
  CHECK(observe({creating_pod(4min)}).settled.reason == "Starting");
  const Rollout rollout = observe({creating_pod(6min)});
  CHECK(rollout.settled.reason == "ContainerCreating");
  CHECK(rollout.settled.message.find("cannot mount its volumes") != std::string::npos);
  CHECK(rollout.settled.message.find("kubectl -n mcp describe pod p") != std::string::npos);
  CHECK(rollout.failed);
  // The text stays as time goes on: it is written once.
  CHECK(observe({creating_pod(60min)}).settled == rollout.settled);
  CHECK(observe({creating_pod(6min, "True")}).settled.message.find("image") != std::string::npos);
}

TEST_CASE("an init container that runs for long is no trouble of volumes") {
  Json init = creating_pod(30min);
  init["status"]["initContainerStatuses"] =
      Json::array({{{"name", "copy"}, {"state", {{"running", {{"startedAt", ago(29min)}}}}}}});
  CHECK(observe({init}).settled.reason == "Starting");
}

TEST_CASE("a registry that stops answering is not starting, and needs attention when it stays so") {
  const auto lost = [](std::chrono::seconds age) {
    Json pod = serving_pod();
    pod["status"]["conditions"] = Json::array({pod_condition("Ready", "False", age)});
    pod["status"]["containerStatuses"][0]["ready"] = false;
    return pod;
  };
  CHECK(observe({lost(10s)}).available.reason == "NotReady");
  CHECK_FALSE(observe({lost(10s)}).failed);
  CHECK(observe({lost(2min)}).failed);
  CHECK(observe({lost(2h)}).available.reason == "Starting");  // unready since before it ran
}

TEST_CASE("memory that does not suffice tells the field to raise") {
  Json killed = creating_pod(1s);
  killed["status"]["containerStatuses"] =
      Json::array({{{"name", "registry"},
                    {"state", {{"waiting", {{"reason", "CrashLoopBackOff"}}}}},
                    {"lastState", {{"terminated", {{"exitCode", 137}, {"reason", "OOMKilled"}}}}}}});
  CHECK(observe({killed}).settled.message.find("raise spec.resources.limits.memory") != std::string::npos);
  // Also between two deaths, and not for a container that the field is not about.
  killed["status"]["containerStatuses"][0]["state"] = {{"running", {{"startedAt", ago(1s)}}}};
  CHECK(observe({killed}).settled.message.find("raise spec.resources.limits.memory") != std::string::npos);
  killed["status"]["containerStatuses"][0]["name"] = "proxy";
  CHECK(observe({killed}).settled.message.find("raise spec") == std::string::npos);
}

TEST_CASE("a pod that does not go when it should is told, because no other starts before it has gone") {
  Json stuck = serving_pod();
  stuck["metadata"]["deletionTimestamp"] = ago(30s);
  CHECK(observe({stuck}).settled.reason == "Starting");
  stuck["metadata"]["deletionTimestamp"] = ago(2min);
  CHECK(observe({stuck}).settled.reason == "PodTerminating");
  CHECK(observe({stuck}).failed);
}

TEST_CASE("a rollout that is settled has not failed, whatever is left of earlier trouble") {
  Json is = deployment();
  is["status"]["conditions"] =
      Json::array({{{"type", "ReplicaFailure"}, {"status", "True"}, {"message", "exceeded quota"}}});
  const Rollout rollout = observe({serving_pod()}, is);
  CHECK(rollout.settled.holds());
  CHECK_FALSE(rollout.failed);
}

}  // namespace
