// What `kubectl apply` of a Registry and of an MCPTool brings about.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

bool owned_by(const Json& object, const Json& owner) {
  const Json references = object.at("metadata").value("ownerReferences", Json::array());
  return references.size() == 1 && references[0].value("controller", false) &&
         references[0].at("uid") == owner.at("metadata").at("uid");
}

TEST_CASE("a Registry becomes a serving registry under the documented names") {
  const TestNamespace ns("create");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");

  const Json resource = ns.get(kRegistry, "mcp-registry");
  for (const char* type : {"Accepted", "StorageReady", "Available"}) {
    CAPTURE(type);
    CHECK(condition(resource, type).status == "True");
  }
  const Json& status = resource.at("status");
  CHECK(status.at("observedGeneration") == resource.at("metadata").at("generation"));
  CHECK(status.at("replicas") == 1);
  CHECK(status.at("readyReplicas") == 1);
  CHECK(status.at("internalURL").get<std::string>().find("mcp-registry." + ns.name() + ".svc") !=
        std::string::npos);

  const std::vector<std::pair<Kind, std::string>> operands = {
      {kServiceAccount, "mcp-registry"},   {kConfigMap, "mcp-registry-config"},
      {kConfigMap, "mcp-registry-server"}, {kDeployment, "mcp-registry"},
      {kService, "mcp-registry"},          {kNetworkPolicy, "mcp-registry"},
      {kDisruptionBudget, "mcp-registry"},
  };
  for (const auto& [kind, name] : operands) {
    CAPTURE(kind.name);
    CAPTURE(name);
    CHECK(owned_by(ns.get(kind, name), resource));
  }
  const Json claim = ns.get(kClaim, "mcp-registry-data");
  CHECK(claim.at("spec").at("resources").at("requests").at("storage") == "1Gi");
  CHECK_MESSAGE(!claim.at("metadata").contains("ownerReferences"),
                "an owner reference would delete the data");
  CHECK(ns.get(kService, "mcp-registry").at("spec").at("ports").at(0).at("port") == 8080);

  const Answer health = ns.http("GET", "/health");
  CHECK_MESSAGE(health.status == 200, health.explain());
}

TEST_CASE("an MCPTool is registered and can be read through the Service") {
  const TestNamespace ns("register");
  ns.apply(registry());
  ns.apply(mcptool("weather"));  // at once: it waits for its registry
  ns.wait_ready(kMcpTool, "weather");

  const Json resource = ns.get(kMcpTool, "weather");
  const Answer answer = ns.http("GET", "/api/v1/tools/weather");
  REQUIRE_MESSAGE(answer.status == 200, answer.explain());
  const Json tool = answer.json();
  CHECK(tool.at("name") == "weather");
  CHECK(tool.at("title") == "Weather");
  CHECK(tool.at("inputSchema") == resource.at("spec").at("definition").at("inputSchema"));

  CHECK(condition(resource, "Registered").status == "True");
  const Json& registered = resource.at("status").at("tools").at(0);
  CHECK(registered.at("name") == "weather");
  CHECK(registered.at("version") == tool.at("version"));
  CHECK_FALSE(registered.at("digest").get<std::string>().empty());

  wait_until("the Registry counts its tools", [&]() -> std::string {
    const Json status = ns.get(kRegistry, "mcp-registry").at("status");
    return status.value("tools", 0) == 1 ? "" : status.dump();
  });
}

TEST_CASE("an MCPTool that changes is registered anew") {
  const TestNamespace ns("update");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  const std::string before = ns.http("GET", "/api/v1/tools/weather").json().at("version");

  ns.patch(kMcpTool, "weather", {{"spec", {{"definition", {{"description", "Says how warm a city is."}}}}}});
  ns.wait_ready(kMcpTool, "weather");
  const Json after = ns.http("GET", "/api/v1/tools/weather").json();
  CHECK(after.at("description") == "Says how warm a city is.");
  CHECK(after.at("version") != before);
  CHECK_MESSAGE(ns.http("GET", "/api/v1/tools/weather?version=" + before).status == 200,
                "history stays readable");
}

TEST_CASE("kubectl get shows what matters under the short names") {
  const TestNamespace ns("columns");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  for (const char* name : {"mcpr", "mcpt", "mcp"}) {
    CAPTURE(name);
    const std::string table = ns.require_kubectl({"get", name});
    CHECK_MESSAGE(table.find("READY") != std::string::npos, table);
    CHECK_MESSAGE(table.find("True") != std::string::npos, table);
  }
}

}  // namespace
