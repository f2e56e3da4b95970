// What people change or delete by hand comes back; what is not the operator's stays.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

struct Operand {
  Kind kind;
  std::string name;
  Json damage;  // a merge patch of what the operator declares
};

std::vector<Operand> operands() {
  return {
      {kServiceAccount, "mcp-registry", {{"automountServiceAccountToken", true}}},
      {kConfigMap, "mcp-registry-config", {{"data", nullptr}}},
      {kConfigMap, "mcp-registry-server", {{"data", nullptr}}},
      {kClaim,
       "mcp-registry-data",
       {{"metadata", {{"labels", {{"app.kubernetes.io/managed-by", "somebody"}}}}}}},
      {kDeployment,
       "mcp-registry",
       {{"spec",
         {{"strategy", {{"type", "RollingUpdate"}}}, {"template", {{"spec", {{"hostname", nullptr}}}}}}}}},
      {kService, "mcp-registry", {{"spec", {{"selector", {{"app.kubernetes.io/instance", "somebody"}}}}}}},
      {kNetworkPolicy, "mcp-registry", {{"spec", {{"ingress", Json::array({Json::object()})}}}}},
      {kDisruptionBudget, "mcp-registry", {{"spec", {{"maxUnavailable", 0}}}}},
  };
}

// The object without what the API server and controllers write, and without what the test adds.
Json declared(Json object) {
  object.erase("status");
  Json& metadata = object["metadata"];
  metadata = {{"labels", metadata.value("labels", Json::object())},
              {"annotations", metadata.value("annotations", Json::object())}};
  metadata["labels"].erase("example.com/team");
  for (const char* annotation :
       {"example.com/note", "deployment.kubernetes.io/revision", "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller", "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/storage-provisioner"}) {
    metadata["annotations"].erase(annotation);
  }
  if (object.contains("spec")) {
    for (const char* field : {"clusterIP", "clusterIPs", "volumeName"}) object["spec"].erase(field);
  }
  return object;
}

std::string difference(const Json& is, const Json& was) {
  const Json patch = Json::diff(declared(is), declared(was));
  return patch.empty() ? "" : "to get back to the declared state: " + patch.dump();
}

TEST_CASE("every operand changed by hand is brought back, with foreign labels and annotations left on it") {
  const TestNamespace ns("edit");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");

  for (const Operand& operand : operands()) {
    CAPTURE(operand.kind.name);
    CAPTURE(operand.name);
    const Json before = ns.get(operand.kind, operand.name);
    ns.require_kubectl({"label", operand.kind.name, operand.name, "example.com/team=search"});
    ns.require_kubectl({"annotate", operand.kind.name, operand.name, "example.com/note=kept"});
    ns.patch(operand.kind, operand.name, operand.damage);

    wait_until(
        operand.name + " is as it was",
        [&] { return difference(*ns.find(operand.kind, operand.name), before); }, Seconds(30));
    const Json metadata = ns.get(operand.kind, operand.name).at("metadata");
    CHECK(metadata.at("uid") == before.at("metadata").at("uid"));
    CHECK(metadata.at("labels").value("example.com/team", "") == "search");
    CHECK(metadata.at("annotations").value("example.com/note", "") == "kept");
  }
  ns.wait_ready(kRegistry, "mcp-registry");
}

TEST_CASE("a changed image, command or replica count of the Deployment is brought back") {
  const TestNamespace ns("edit-pods");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  const Json before = ns.get(kDeployment, "mcp-registry");
  const std::string container = before.at(Json::json_pointer("/spec/template/spec/containers/0/name"));

  const auto is_back = [&] { return difference(*ns.find(kDeployment, "mcp-registry"), before); };
  ns.require_kubectl({"set", "image", "deployment/mcp-registry", container + "=example.com/other:1"});
  wait_until("the image is as it was", is_back, Seconds(30));
  ns.require_kubectl(
      {"patch", "deployment", "mcp-registry", "--type=json", "--patch",
       R"([{"op": "add", "path": "/spec/template/spec/containers/0/args", "value": ["--help"]}])"});
  wait_until("the arguments are as they were", is_back, Seconds(30));
  ns.require_kubectl({"scale", "deployment/mcp-registry", "--replicas=3"});
  wait_until("the replicas are as they were", is_back, Seconds(30));
  ns.wait_ready(kRegistry, "mcp-registry");
}

TEST_CASE("every operand deleted by hand is made again") {
  const TestNamespace ns("remake");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");

  for (const Operand& operand : operands()) {
    if (std::string(operand.kind.name) == kClaim.name)
      continue;  // a claim in use stays until its pod goes: below
    CAPTURE(operand.kind.name);
    CAPTURE(operand.name);
    const Json before = ns.get(operand.kind, operand.name);
    ns.remove(operand.kind, operand.name);
    wait_until(operand.name + " is there again", [&]() -> std::string {
      const auto now = ns.find(operand.kind, operand.name);
      if (!now) return "it does not exist";
      if (now->at("metadata").at("uid") == before.at("metadata").at("uid")) return "it is still the old one";
      return difference(*now, before);
    });
  }
  ns.wait_ready(kRegistry, "mcp-registry");
}

TEST_CASE("a claim deleted by hand is made again, and the tools are registered in it") {
  const TestNamespace ns("claim");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  const std::string old = ns.get(kClaim, "mcp-registry-data").at("metadata").at("uid");

  ns.remove(kClaim, "mcp-registry-data");
  ns.require_kubectl({"delete", "pod", "--selector=app.kubernetes.io/instance=mcp-registry", "--wait=false"});
  wait_until("a new claim", [&]() -> std::string {
    const auto claim = ns.find(kClaim, "mcp-registry-data");
    if (!claim) return "there is none";
    return claim->at("metadata").at("uid") == old ? "the old one is still there" : "";
  });
  ns.wait_ready(kRegistry, "mcp-registry");
  wait_until(
      "the tool is in the new store",
      [&]() -> std::string {
        const Answer answer = ns.http("GET", "/api/v1/tools/weather");
        return answer.status == 200 ? "" : answer.explain();
      },
      Seconds(120));
}

TEST_CASE("kubectl rollout restart is carried out and not reverted") {
  const TestNamespace ns("restart");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  const std::string old = ns.pods_of("mcp-registry").at(0).at("metadata").at("uid");

  ns.require_kubectl({"rollout", "restart", "deployment/mcp-registry"});
  ns.require_kubectl({"rollout", "status", "deployment/mcp-registry", "--timeout=90s"});
  ns.wait_ready(kRegistry, "mcp-registry");
  CHECK(ns.pods_of("mcp-registry").at(0).at("metadata").at("uid") != old);

  // A pass that has something to write writes the Deployment too, if it thinks it differs.
  ns.remove(kConfigMap, "mcp-registry-server");
  wait_until("the operator had a pass",
             [&] { return ns.find(kConfigMap, "mcp-registry-server") ? "" : "the ConfigMap is not back"; });
  stays_true(
      "the restart's annotation is kept",
      [&] {
        const Json deployment = *ns.find(kDeployment, "mcp-registry");
        return deployment.contains(
                   "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt"_json_pointer)
                   ? ""
                   : "it is gone";
      },
      Seconds(3));
}

}  // namespace
