// MCP servers that nobody registers: the operator finds them.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

using namespace e2e;

namespace {

void run_weather(const TestNamespace& ns) {
  const Json labels = {{"app", "weather"}};
  const Json container = {
      {"name", "weather"},
      {"image", Cluster::get().image("weather")},
      {"args", {"-release", "1.0.0"}},
      {"securityContext", {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}}};
  ns.apply(
      {{"apiVersion", "apps/v1"},
       {"kind", "Deployment"},
       {"metadata", {{"name", "weather"}}},
       {"spec",
        {{"selector", {{"matchLabels", labels}}},
         {"template",
          {{"metadata", {{"labels", labels}}},
           {"spec",
            {{"securityContext", {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
             {"containers", Json::array({container})}}}}}}}});
  ns.apply({{"apiVersion", "v1"},
            {"kind", "Service"},
            {"metadata", {{"name", "weather"}, {"labels", {{"mcpregistry.dev/mcp", "true"}}}}},
            {"spec", {{"selector", labels}, {"ports", Json::array({{{"port", 8080}}})}}}});
}

// Waits until the registry answers so for the server's tool.
void wait_answer(const TestNamespace& ns, const std::string& tool, int status) {
  wait_until(
      "the registry answers " + std::to_string(status) + " for " + tool,
      [&]() -> std::string {
        const Answer answer = ns.http("GET", "/api/v1/tools/" + tool);
        return answer.status == status ? "" : answer.explain();
      },
      Seconds(120));
}

}  // namespace

TEST_CASE("the tools of a labelled Service are registered, and leave with the Service") {
  const TestNamespace ns("discovery");
  ns.apply(registry("mcp-registry", {{"discovery", {{"sources", {"Service", "MCPServer.kagent.dev"}}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.wait_condition(kRegistry, "mcp-registry", "DiscoveryReady", "False", "SourceMissing");
  run_weather(ns);
  wait_answer(ns, "weather.forecast", 200);
  const Json counts = ns.get(kRegistry, "mcp-registry").at("status").at("discovered");
  CHECK(counts.dump().find("\"servers\":1,\"source\":\"Service\"") != std::string::npos);

  ns.require_kubectl({"delete", "service", "weather"});
  wait_answer(ns, "weather.forecast", 404);
  ns.wait_gone(kService, "weather");
}
