// Deleting: what goes, what stays, and that nothing hangs.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

Json by_hand(const std::string& name) {
  return {{"name", name},
          {"version", "1.0.0"},
          {"description", "Registered by hand."},
          {"inputSchema", {{"type", "object"}}}};
}

TEST_CASE("a deleted MCPTool is withdrawn, unless it says that its tool stays") {
  const TestNamespace ns("withdraw");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.apply(mcptool("kept", {{"deletionPolicy", "Retain"}}));
  ns.wait_ready(kMcpTool, "weather");
  ns.wait_ready(kMcpTool, "kept");

  ns.remove(kMcpTool, "weather");
  ns.remove(kMcpTool, "kept");
  ns.wait_gone(kMcpTool, "weather");
  ns.wait_gone(kMcpTool, "kept");
  CHECK(ns.http("GET", "/api/v1/tools/weather").status == 404);
  CHECK(ns.http("GET", "/api/v1/tools/kept").status == 200);
}

TEST_CASE("a withdrawn MCPTool that is applied again is registered again") {
  const TestNamespace ns("again");
  ns.apply(registry());
  ns.apply(mcptool("weather", {{"version", "1.0.0"}}));
  ns.wait_ready(kMcpTool, "weather");
  ns.remove(kMcpTool, "weather");
  ns.wait_gone(kMcpTool, "weather");
  ns.apply(mcptool("weather", {{"version", "1.0.0"}}));
  ns.wait_ready(kMcpTool, "weather");
  CHECK(ns.http("GET", "/api/v1/tools/weather").status == 200);
}

TEST_CASE("a deleted Registry leaves its claim, and a Registry of the same name takes it up with its tools") {
  const TestNamespace ns("retain");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  REQUIRE(ns.http("POST", "/api/v1/tools", by_hand("manual")).status == 201);
  const std::string claim = ns.get(kClaim, "mcp-registry-data").at("metadata").at("uid");

  ns.remove(kRegistry, "mcp-registry");
  ns.wait_gone(kRegistry, "mcp-registry");
  ns.wait_gone(kDeployment, "mcp-registry");
  ns.wait_gone(kService, "mcp-registry");
  ns.wait_gone(kConfigMap, "mcp-registry-config");
  ns.wait_condition(kMcpTool, "weather", "Ready", "False");
  CHECK(ns.get(kClaim, "mcp-registry-data").at("metadata").at("uid") == claim);

  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  CHECK(ns.get(kClaim, "mcp-registry-data").at("metadata").at("uid") == claim);
  const Answer manual = ns.http("GET", "/api/v1/tools/manual");
  CHECK_MESSAGE(manual.status == 200, manual.explain());
  ns.wait_ready(kMcpTool, "weather");
}

TEST_CASE("a Registry that is told to retain its data no more takes the claim with it") {
  const TestNamespace ns("no-retain");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"storage", {{"retain", false}}}}}});
  wait_until("the claim goes with its Registry", [&] {
    return ns.get(kClaim, "mcp-registry-data").at("metadata").contains("ownerReferences") ? ""
                                                                                          : "it does not";
  });
  ns.remove(kRegistry, "mcp-registry");
  ns.wait_gone(kRegistry, "mcp-registry");
  ns.wait_gone(kClaim, "mcp-registry-data");
}

TEST_CASE("a Registry and its MCPTools deleted at once all go") {
  const TestNamespace ns("both");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.apply(mcptool("translate"));
  ns.wait_ready(kMcpTool, "weather");
  ns.wait_ready(kMcpTool, "translate");
  ns.require_kubectl(
      {"delete", "registry/mcp-registry", "mcptool/weather", "mcptool/translate", "--timeout=60s"});
}

TEST_CASE("an MCPTool whose Registry is gone is let go") {
  const TestNamespace ns("registry-gone");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  ns.remove(kRegistry, "mcp-registry");
  ns.wait_gone(kRegistry, "mcp-registry");
  ns.wait_gone(kDeployment, "mcp-registry");
  ns.remove(kMcpTool, "weather");
  ns.wait_gone(kMcpTool, "weather", Seconds(30));
}

TEST_CASE("an MCPTool whose Registry is down waits, says so, and is withdrawn when it is back") {
  const TestNamespace ns("registry-down");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  ns.require_kubectl({"scale", "registry/mcp-registry", "--replicas=0"});
  wait_until("no pod is left", [&] { return ns.pods_of("mcp-registry").empty() ? "" : "there is one"; });

  ns.remove(kMcpTool, "weather");
  ns.wait_condition(kMcpTool, "weather", "Ready", "False");
  stays_true(
      "it is not let go", [&] { return ns.find(kMcpTool, "weather") ? "" : "it is gone"; }, Seconds(5));
  wait_until("an event says why", [&]() -> std::string {
    for (const Json& event : Cluster::get().list(kEvent, ns.name())) {
      if (event.at("regarding").value("name", "") == "weather" && event.value("type", "") == "Warning")
        return "";
    }
    return "there is none about the MCPTool";
  });

  ns.require_kubectl({"scale", "registry/mcp-registry", "--replicas=1"});
  ns.wait_gone(kMcpTool, "weather", Seconds(120));
  CHECK(ns.http("GET", "/api/v1/tools/weather").status == 404);
}

TEST_CASE("an MCPTool that waits for a Registry that is down goes when that is deleted") {
  const TestNamespace ns("down-then-gone");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  ns.require_kubectl({"scale", "registry/mcp-registry", "--replicas=0"});
  wait_until("no pod is left", [&] { return ns.pods_of("mcp-registry").empty() ? "" : "there is one"; });
  ns.remove(kMcpTool, "weather");
  ns.wait_condition(kMcpTool, "weather", "Ready", "False");
  ns.remove(kRegistry, "mcp-registry");
  ns.wait_gone(kRegistry, "mcp-registry");
  ns.wait_gone(kMcpTool, "weather");
}

TEST_CASE("a namespace with a Registry and its MCPTools can be deleted") {
  const TestNamespace ns("namespace");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  const Output deleted = Cluster::get().kubectl({"delete", "namespace", ns.name(), "--timeout=90s"});
  CHECK_MESSAGE(deleted.ok(), deleted.explain());
}

}  // namespace
