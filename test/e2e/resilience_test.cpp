// Pods that are killed, on both sides.
#include <doctest/doctest.h>

#include <algorithm>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;
using namespace nlohmann::literals;

Json second_tool() {
  return {{"name", "translate"},
          {"version", "1.0.0"},
          {"title", "Translate"},
          {"description", "Translates text between languages."},
          {"inputSchema", {{"type", "object"}, {"properties", {{"text", {{"type", "string"}}}}}}}};
}

// The pod that holds the operator's lease; empty when nobody does.
std::string leader() {
  const Cluster& cluster = Cluster::get();
  const auto leases = cluster.list(kLease, cluster.operator_namespace());
  for (const Json& pod : cluster.operator_pods()) {
    const std::string name = pod.at("metadata").at("name");
    const bool holds = std::any_of(leases.begin(), leases.end(), [&](const Json& lease) {
      return lease.at("spec").value("holderIdentity", "").starts_with(name);
    });
    if (holds) return name;
  }
  return {};
}

void wait_for_operator() {
  wait_until("two replicas of the operator are ready, and one leads", []() -> std::string {
    const Cluster& cluster = Cluster::get();
    const auto deployment = cluster.find(kDeployment, cluster.operator_namespace(), "toolhive-operator");
    const Json status = deployment->value("status", Json::object());
    if (status.value("readyReplicas", 0) != 2) return status.dump();
    return leader().empty() ? "nobody leads" : "";
  });
}

TEST_CASE("tools survive the sudden death of the registry, and its pod's") {
  const TestNamespace ns("pod");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  const Answer created = ns.http("POST", "/api/v1/tools", second_tool());
  REQUIRE_MESSAGE(created.status == 201, created.explain());
  const std::string before =
      ns.http("GET", "/api/v1/tools/weather").body + ns.http("GET", "/api/v1/tools/translate").body;
  const auto tools_are_back = [&]() -> std::string {
    const std::string after =
        ns.http("GET", "/api/v1/tools/weather").body + ns.http("GET", "/api/v1/tools/translate").body;
    return after == before ? "" : after;
  };

  const Json pod = ns.pods_of("mcp-registry").at(0);
  REQUIRE(Cluster::get().kill_processes(pod) == 1);
  wait_until("the container is started again", [&]() -> std::string {
    const auto now = ns.find(kPod, pod.at("metadata").at("name"));
    const Json status = now->at("status").at("containerStatuses").at(0);
    return status.at("restartCount") == 1 && status.at("ready") == true ? "" : status.dump();
  });
  wait_until("both tools are served by it", tools_are_back);

  ns.require_kubectl(
      {"delete", "pod", "--selector=app.kubernetes.io/instance=mcp-registry", "--grace-period=0", "--force"});
  wait_until("both tools are served by a new pod", [&]() -> std::string {
    const auto pods = ns.pods_of("mcp-registry");
    if (pods.size() != 1 || pods[0].at("metadata").at("uid") == pod.at("metadata").at("uid"))
      return "no new pod";
    return tools_are_back();
  });
  ns.wait_ready(kRegistry, "mcp-registry");
}

TEST_CASE("an operator that is killed, with all its replicas, goes on where it was" *
          doctest::test_suite("alone")) {
  const TestNamespace ns("operator");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  wait_for_operator();

  int killed = 0;
  for (const Json& pod : Cluster::get().operator_pods()) {
    killed += Cluster::get().kill_processes(pod);
  }
  REQUIRE(killed == 2);
  ns.apply(mcptool("weather"));
  ns.remove(kConfigMap, "mcp-registry-config");
  ns.wait_ready(kMcpTool, "weather");
  wait_until("what was deleted meanwhile is there again",
             [&] { return ns.find(kConfigMap, "mcp-registry-config") ? "" : "it is not"; });
  wait_for_operator();
}

TEST_CASE("when the leader goes the other replica takes over" * doctest::test_suite("alone")) {
  const TestNamespace ns("leader");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  wait_for_operator();
  // Told a second time, an event is counted up a minute later, or when who tells it stops.
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"replicas", 0}}}});
  ns.wait_condition(kRegistry, "mcp-registry", "Ready", "False");
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"replicas", 1}}}});
  ns.wait_ready(kRegistry, "mcp-registry");
  const std::string old = leader();

  const Cluster& cluster = Cluster::get();
  const Output deleted =
      cluster.kubectl({"-n", cluster.operator_namespace(), "delete", "pod", old, "--wait=false"});
  REQUIRE_MESSAGE(deleted.ok(), deleted.explain());
  ns.apply(mcptool("weather"));
  // A leader that stops in order gives the lease back, so nobody waits for it to run out.
  wait_until(
      "another leads",
      [&]() -> std::string {
        const std::string now = leader();
        return !now.empty() && now != old ? "" : "the leader is '" + now + "'";
      },
      Seconds(15));
  ns.wait_ready(kMcpTool, "weather");
  wait_until("what was told twice is counted", [&]() -> std::string {
    for (const Json& event : cluster.list(kEvent, ns.name()))
      if (event.value("reportingController", "") == "toolhive-operator" &&
          event.value("/series/count"_json_pointer, 0) >= 2)
        return {};
    return "no event has a count";
  });
  wait_for_operator();
}

TEST_CASE("a version that somebody registers under an MCPTool's name is withdrawn, and told") {
  const TestNamespace ns("forged");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  const std::string declared = ns.http("GET", "/api/v1/tools/weather").body;

  Json forged = ns.http("GET", "/api/v1/tools/weather").json();
  for (const char* added : {"digest", "contractDigest", "registeredAt"}) forged.erase(added);
  forged["version"] = "9.9.9";
  forged["description"] = "Something else.";
  const Answer registered = ns.http("POST", "/api/v1/tools", forged);
  REQUIRE_MESSAGE(registered.status == 201, registered.explain());
  wait_until(
      "what is declared is served",
      [&]() -> std::string {
        const Answer answer = ns.http("GET", "/api/v1/tools/weather");
        return answer.body == declared ? "" : answer.explain();
      },
      Seconds(120));
  wait_until(
      "that is told",
      [&]() -> std::string {
        for (const Json& event : Cluster::get().list(kEvent, ns.name()))
          if (event.value("reason", "") == "PutBack" && event.value("type", "") == "Warning") return "";
        return "no event says so";
      },
      Seconds(30));
}

TEST_CASE("an entry that the registry lost is registered again") {
  const TestNamespace ns("lost");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");

  const Json metadata = ns.get(kMcpTool, "weather").at("metadata");
  // In the MCPTool's name: the registry keeps others from deleting its entry.
  const std::string manager = "MCPTool/" + ns.name() + "/weather/" + metadata.at("uid").get<std::string>();
  CHECK(ns.http("DELETE", "/api/v1/tools/weather").status == 409);
  const Answer deleted = ns.http("DELETE", "/api/v1/tools/weather?managedBy=" + manager);
  REQUIRE_MESSAGE(deleted.ok(), deleted.explain());
  wait_until(
      "it is there again",
      [&]() -> std::string {
        const Answer answer = ns.http("GET", "/api/v1/tools/weather");
        return answer.status == 200 ? "" : answer.explain();
      },
      Seconds(120));
  ns.wait_ready(kMcpTool, "weather");
}

}  // namespace
