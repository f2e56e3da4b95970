// MCP servers that nobody registers: the operator finds them.
#include <doctest/doctest.h>

#include "test/e2e/harness/offered_api.hpp"
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

// What stands for a server of each of the projects. A Service each leads to the same one: what is
// found twice at one address is one server.
void apply_servers(const TestNamespace& ns) {
  for (const char* name : {"lifecycle", "toolhive", "kagent", "kuadrant"})
    ns.apply({{"apiVersion", "v1"},
              {"kind", "Service"},
              {"metadata", {{"name", name}}},
              {"spec", {{"selector", {{"app", "weather"}}}, {"ports", Json::array({{{"port", 8080}}})}}}});
  const auto url = [&](const std::string& name) {
    return "http://" + name + "." + ns.name() + ".svc:8080/mcp";
  };
  const Json ready = {{"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}};
  Json addressed = ready;
  addressed["address"] = {{"url", url("lifecycle")}};
  const auto server = [](const char* api_version, const char* kind, const char* name, const Json& spec,
                         const Json& status) {
    return Json{{"apiVersion", api_version},
                {"kind", kind},
                {"metadata", {{"name", name}}},
                {"spec", spec},
                {"status", status}};
  };
  ns.apply(server("mcp.x-k8s.io/v1beta1", "MCPServer", "lifecycle", Json::object(), addressed));
  ns.apply(server("toolhive.stacklok.dev/v1beta1", "MCPServer", "toolhive", Json::object(),
                  {{"phase", "Running"}, {"url", url("toolhive")}}));
  ns.apply(server("kagent.dev/v1alpha1", "MCPServer", "kagent", {{"deployment", {{"port", 8080}}}}, ready));
  const Json backend = {{"name", "kuadrant"}, {"port", 8080}};
  ns.apply({{"apiVersion", "gateway.networking.k8s.io/v1"},
            {"kind", "HTTPRoute"},
            {"metadata", {{"name", "kuadrant"}}},
            {"spec",
             {{"parentRefs", Json::array({{{"name", "public"}}})},
              {"rules", Json::array({{{"backendRefs", Json::array({backend})}}})}}}});
  ns.apply(server(
      "mcp.kuadrant.io/v1", "MCPServerRegistration", "kuadrant",
      {{"targetRef", {{"group", "gateway.networking.k8s.io"}, {"kind", "HTTPRoute"}, {"name", "kuadrant"}}}},
      ready));
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

TEST_CASE("servers of every project are found in a namespace that agrees, while the cluster has their types" *
          doctest::test_suite("alone")) {
  const TestNamespace ns("discovery-kinds");
  const TestNamespace other("discovery-agrees");
  const std::vector<std::string> sources = {"MCPServer.mcp.x-k8s.io", "MCPServer.toolhive.stacklok.dev",
                                            "MCPServer.kagent.dev", "MCPServerRegistration.mcp.kuadrant.io"};
  const Json label = {{"matchLabels", {{"team", "search"}}}};
  const Json selected = {{"from", "Selector"}, {"selector", label}};
  ns.apply(registry("mcp-registry", {{"allowedNamespaces", selected},
                                     {"discovery", {{"sources", sources}, {"namespaces", selected}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  run_weather(other);
  const OfferedApi api({kServerApis, kGatewayApi});
  apply_servers(other);
  ns.require_kubectl(
      {"label", "namespace", other.name(), "team=search", "mcpregistry.dev/discovery=enabled"});
  wait_until(
      "each source has one server",
      [&]() -> std::string {
        const Json found = ns.get(kRegistry, "mcp-registry").at("status").value("discovered", Json::array());
        for (const std::string& source : sources)
          if (found.dump().find("\"servers\":1,\"source\":\"" + source) == std::string::npos)
            return found.dump();
        return {};
      },
      Seconds(180));
  wait_answer(ns, "lifecycle.forecast", 200);
  CHECK(Cluster::get().list(kMcpTool, other.name()).size() == sources.size());

  ns.require_kubectl({"label", "namespace", other.name(), "mcpregistry.dev/discovery-"});
  wait_until(
      "what was found is not registered any more",
      [&]() -> std::string {
        const auto left = Cluster::get().list(kMcpTool, other.name());
        return left.empty() ? "" : std::to_string(left.size()) + " are left";
      },
      Seconds(180));
}
