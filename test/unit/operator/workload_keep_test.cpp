// Keeping the workload of an MCPTool, over an API server in memory.
#include <doctest/doctest.h>

#include "controller/operator/operand/informers.hpp"
#include "controller/operator/types.hpp"
#include "controller/operator/workload/keep.hpp"
#include "controller/operator/workload/operands.hpp"
#include "test/unit/operator/writing.hpp"

using namespace toolhive;
using namespace toolhive::test;

namespace {

Json workload_spec(const std::string& image = "example.com/weather:1") {
  return {{"server", {{"workload", {{"image", image}}}}}};
}

struct Keeping {
  Keeping() {
    for (const WorkloadOperand& operand : workload_operands())
      REQUIRE(cache.declare(operand.type(), operand_informer()).ok());
    REQUIRE(cache.declare(pod_type(), pod_informer()).ok());
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
  }

  std::optional<WorkloadState> keep(const Json& spec) {
    Json patch = {{"spec", spec}};
    patch["spec"]["definition"] = spec.contains("definition") ? spec.at("definition") : Json();
    const auto tool = kube::Ref<MCPTool>::of(patched(mcptool("weather", "2026-01-01T00:00:00Z"), patch));
    REQUIRE(tool.ok());
    const Context ctx{{}, TimePoint::max(), clock, {}};
    auto state = keep_workload(ctx, cache, applier, options, *tool);
    REQUIRE(state.ok());
    REQUIRE(api.wait_for([&] { return sees_all(); }));
    return *std::move(state);
  }

  // Whether the cache has what the API server has.
  bool sees_all() const {
    for (const WorkloadOperand& operand : workload_operands()) {
      const auto cached = cache.list(operand.type());
      if (!cached.ok() || cached->size() != api.size(operand.type())) return false;
    }
    return true;
  }

  // The Deployment's status and its pods become what a rollout that went well leaves.
  void roll_out() {
    const kube::Key key{"mcp", "weather-mcp"};
    Json deployment = api.find(deployment_type(), key)->json();
    const auto generation = deployment.at("metadata").at("generation");
    deployment["status"] = {{"observedGeneration", generation}, {"replicas", 1}, {"updatedReplicas", 1}};
    api.put(deployment_type(), deployment);
    Json labels = server_labels("weather");
    labels["pod-template-hash"] = "5d8f";
    api.put(pod_type(),
            {{"metadata",
              {{"namespace", "mcp"},
               {"name", "weather-mcp-5d8f-1"},
               {"labels", labels},
               {"ownerReferences", Json::array({{{"kind", "ReplicaSet"},
                                                 {"name", "weather-mcp-5d8f"},
                                                 {"controller", true},
                                                 {"uid", "u"}}})}}},
             {"status", {{"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}}}});
    REQUIRE(api.wait_for([&] {
      const auto pods = cache.list(pod_type());
      const auto seen = cache.get({}, deployment_type(), key);
      return pods.ok() && !pods->empty() && seen.ok() && seen->json().contains("status");
    }));
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  runtime::Cache cache{api, clock, {}};
  runtime::Applier applier{api, cache, kFieldManager, kOwnerLabel};
  OperatorOptions options{.registry_image = "",
                          .bridge_image = "example.com/mcp-bridge:1",
                          .operator_namespace = "toolhive-system",
                          .namespaces = {}};
};

}  // namespace

TEST_SUITE_BEGIN("keeping a workload");

TEST_CASE("what a workload needs is made, and it serves once its rollout has settled") {
  Keeping k;
  auto state = k.keep(workload_spec());
  REQUIRE(state);
  CHECK_FALSE(state->serves);
  CHECK_FALSE(state->trouble);
  for (const WorkloadOperand& operand : workload_operands()) {
    CAPTURE(operand.type().kind);
    CHECK(k.api.find(operand.type(), {"mcp", "weather-mcp"}));
  }
  k.roll_out();
  state = k.keep(workload_spec());
  REQUIRE(state);
  CHECK(state->serves);
  CHECK(state->url == "http://weather-mcp.mcp.svc:8080/mcp");
  const std::string revision = state->revision;
  // Another image is another revision, and does not serve before its own rollout has settled.
  state = k.keep(workload_spec("example.com/weather:2"));
  REQUIRE(state);
  CHECK_FALSE(state->serves);
  CHECK(state->revision != revision);
}

TEST_CASE("an MCPTool without a workload has none of its objects, and other people's of that name stay") {
  Keeping k;
  k.keep(workload_spec());
  const Json remote = {{"server", {{"remote", {{"url", "https://weather.example/mcp"}}}}}};
  CHECK_FALSE(k.keep(remote));
  for (const WorkloadOperand& operand : workload_operands())
    CHECK_FALSE(k.api.find(operand.type(), {"mcp", "weather-mcp"}));
  k.api.put(service_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "weather-mcp"}}}});
  CHECK_FALSE(k.keep(remote));
  CHECK(k.api.find(service_type(), {"mcp", "weather-mcp"}));
}

TEST_CASE("a name that is taken, and a spec of which nothing can be made, are told and leave what runs") {
  Keeping k;
  k.api.put(service_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "weather-mcp"}}}});
  auto state = k.keep(workload_spec());
  REQUIRE((state && state->trouble));
  CHECK(state->trouble->reason == "NameConflict");
  k.options.bridge_image = "";
  Json stdio = workload_spec();
  stdio["server"]["workload"]["transport"] = "Stdio";
  stdio["server"]["workload"]["command"] = {"weather"};
  k.api.clear_calls();
  state = k.keep(stdio);
  REQUIRE((state && state->trouble));
  CHECK(state->trouble->reason == "InvalidSpec");
  CHECK(k.api.writes().empty());
}

TEST_SUITE_END();
