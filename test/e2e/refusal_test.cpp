// What is refused, where, and with which words.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

TEST_CASE("the API server refuses what the schema forbids, with a message that says what to do") {
  const TestNamespace ns("schema");
  struct Refused {
    const char* what;
    Json object;
    const char* message;
  };
  const std::vector<Refused> cases = {
      {"two writers", registry("mcp-registry", {{"replicas", 2}}), "exactly one writer"},
      {"unknown enum", registry("mcp-registry", {{"exposure", {{"type", "LoadBalancer"}}}}),
       "spec.exposure.type"},
      {"selector missing", registry("mcp-registry", {{"allowedNamespaces", {{"from", "Selector"}}}}),
       "selector is needed"},
      {"not semver", mcptool("weather", {{"version", "1.0"}}), "spec.version"},
      {"arguments that are no object",
       mcptool("weather", {{"definition", {{"inputSchema", {{"type", "string"}}}}}}),
       "spec.definition.inputSchema.type"},
      {"unknown field", registry("mcp-registry", {{"replica", 1}}), "spec.replica"},
  };
  for (const Refused& refused : cases) {
    CAPTURE(refused.what);
    const Output output = ns.kubectl({"apply", "-f", "-"}, refused.object.dump());
    CHECK(output.code != 0);
    CHECK_MESSAGE(output.err.find(refused.message) != std::string::npos, output.explain());
  }
}

TEST_CASE("a registered tool's name cannot change") {
  const TestNamespace ns("immutable");
  ns.apply(mcptool("weather"));
  const Output output = ns.kubectl({"patch", "mcptool", "weather", "--type=merge", "--patch",
                                    R"({"spec": {"definition": {"name": "other"}}})"});
  CHECK(output.code != 0);
  CHECK_MESSAGE(output.err.find("name cannot change") != std::string::npos, output.explain());
}

TEST_CASE(
    "a pod template that Kubernetes refuses is reported with its field, and the running registry stays as it "
    "is") {
  const TestNamespace ns("unaccepted");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  const Json deployment = ns.get(kDeployment, "mcp-registry").at("spec");
  const std::string pod = ns.pods_of("mcp-registry").at(0).at("metadata").at("uid");

  ns.patch(
      kRegistry, "mcp-registry",
      {{"spec",
        {{"podTemplate",
          {{"affinity",
            {{"nodeAffinity",
              {{"requiredDuringSchedulingIgnoredDuringExecution", {{"nodeSelectorTerms", "none"}}}}}}}}}}}});
  ns.wait_condition(kRegistry, "mcp-registry", "Accepted", "False");
  const ConditionView accepted = condition(ns.get(kRegistry, "mcp-registry"), "Accepted");
  CHECK_MESSAGE(accepted.message.find("affinity") != std::string::npos, accepted.message);
  CHECK(condition(ns.get(kRegistry, "mcp-registry"), "Ready").status == "False");
  CHECK(ns.get(kDeployment, "mcp-registry").at("spec") == deployment);
  CHECK(ns.pods_of("mcp-registry").at(0).at("metadata").at("uid") == pod);
  CHECK(ns.http("GET", "/health").status == 200);

  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"podTemplate", nullptr}}}});
  ns.wait_ready(kRegistry, "mcp-registry");
}

TEST_CASE("a claim cannot shrink, and the Registry says so") {
  const TestNamespace ns("shrink");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"storage", {{"size", "500Mi"}}}}}});
  ns.wait_condition(kRegistry, "mcp-registry", "Accepted", "False");
  const ConditionView accepted = condition(ns.get(kRegistry, "mcp-registry"), "Accepted");
  CHECK_MESSAGE(accepted.message.find("storage.size") != std::string::npos, accepted.message);
  CHECK(ns.http("GET", "/health").status == 200);
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"storage", {{"size", "1Gi"}}}}}});
  ns.wait_ready(kRegistry, "mcp-registry");
}

TEST_CASE("a Registry whose name no Service can have is not accepted") {
  const TestNamespace ns("name");
  const std::vector<std::string> names = {"mcp.registry", "1registry", std::string(57, 'a')};
  for (const std::string& name : names) {
    CAPTURE(name);
    const Output output = ns.kubectl({"apply", "-f", "-"}, registry(name).dump());
    CHECK(output.code != 0);
    CHECK_MESSAGE(output.err.find("metadata.name must have at most 56") != std::string::npos,
                  output.explain());
    CHECK_FALSE(ns.find(kDeployment, name));
  }
}

TEST_CASE("a definition that is no JSON Schema is reported with its field, and the registered one stays") {
  const TestNamespace ns("bad-schema");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  const std::string before = ns.http("GET", "/api/v1/tools/weather").body;

  ns.patch(kMcpTool, "weather", {{"spec", {{"definition", {{"inputSchema", {{"properties", 5}}}}}}}});
  ns.wait_condition(kMcpTool, "weather", "Ready", "False");
  const Json resource = ns.get(kMcpTool, "weather");
  const ConditionView accepted = condition(resource, "Accepted");
  CHECK_MESSAGE(accepted.status == "False", accepted.message);
  CHECK_MESSAGE(accepted.message.find("inputSchema") != std::string::npos, accepted.message);
  CHECK(ns.http("GET", "/api/v1/tools/weather").body == before);
}

TEST_CASE("an MCPTool without its Registry says which one is missing, and is registered when that comes") {
  const TestNamespace ns("no-registry");
  ns.apply(mcptool("weather"));
  ns.wait_condition(kMcpTool, "weather", "Ready", "False");
  const ConditionView ready = condition(ns.get(kMcpTool, "weather"), "Ready");
  CHECK(ready.reason == "RegistryNotFound");
  CHECK_MESSAGE(ready.message.find("mcp-registry") != std::string::npos, ready.message);
  ns.apply(registry());
  ns.wait_ready(kMcpTool, "weather");
}

TEST_CASE("an MCPTool of another namespace registers only where the Registry allows it") {
  const TestNamespace home("home");
  const TestNamespace away("away");
  home.apply(registry());
  away.apply(mcptool("weather", {{"registryRef", {{"namespace", home.name()}}}}));
  home.wait_ready(kRegistry, "mcp-registry");
  away.wait_condition(kMcpTool, "weather", "Ready", "False");
  const ConditionView ready = condition(away.get(kMcpTool, "weather"), "Ready");
  CHECK_MESSAGE(ready.message.find("allowedNamespaces") != std::string::npos, ready.message);
  CHECK(home.http("GET", "/api/v1/tools/weather").status == 404);

  home.patch(kRegistry, "mcp-registry", {{"spec", {{"allowedNamespaces", {{"from", "All"}}}}}});
  away.wait_ready(kMcpTool, "weather");
  CHECK(home.http("GET", "/api/v1/tools/weather").status == 200);
}

}  // namespace
