// Names and versions that are taken.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

TEST_CASE("somebody else's object of an operand's name is left alone and reported") {
  const TestNamespace ns("taken");
  const Json foreign = {
      {"apiVersion", "v1"},
      {"kind", "Service"},
      {"metadata", {{"name", "mcp-registry"}}},
      {"spec", {{"selector", {{"app", "somebody"}}}, {"ports", Json::array({{{"port", 80}}})}}}};
  ns.apply(foreign);
  const Json before = ns.get(kService, "mcp-registry");
  ns.apply(registry());

  ns.wait_condition(kRegistry, "mcp-registry", "Ready", "False", "NameConflict");
  const ConditionView ready = condition(ns.get(kRegistry, "mcp-registry"), "Ready");
  CHECK_MESSAGE(ready.message.find("services \"" + ns.name() + "/mcp-registry\"") != std::string::npos,
                ready.message);
  CHECK(ns.get(kService, "mcp-registry") == before);

  ns.remove(kService, "mcp-registry");
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(150));
}

TEST_CASE("a changed definition under an unchanged version is a conflict that a higher version resolves") {
  const TestNamespace ns("version");
  ns.apply(registry());
  ns.apply(mcptool("weather", {{"version", "1.0.0"}}));
  ns.wait_ready(kMcpTool, "weather");
  const std::string before = ns.http("GET", "/api/v1/tools/weather").body;

  ns.patch(kMcpTool, "weather", {{"spec", {{"definition", {{"description", "Something else."}}}}}});
  ns.wait_condition(kMcpTool, "weather", "Registered", "False", "VersionConflict");
  const ConditionView registered = condition(ns.get(kMcpTool, "weather"), "Registered");
  CHECK_MESSAGE(registered.message.find("1.0.0") != std::string::npos, registered.message);
  CHECK(ns.http("GET", "/api/v1/tools/weather").body == before);

  ns.patch(kMcpTool, "weather", {{"spec", {{"version", "1.0.1"}}}});
  ns.wait_ready(kMcpTool, "weather");
  CHECK(ns.http("GET", "/api/v1/tools/weather").json().at("version") == "1.0.1");
}

TEST_CASE("of two MCPTools that claim one name the older has it, and the other gets it afterwards") {
  const TestNamespace ns("claimed");
  ns.apply(registry());
  ns.apply(mcptool("first", {{"definition", {{"name", "weather"}}}}));
  ns.wait_ready(kMcpTool, "first");
  ns.apply(mcptool("second", {{"definition", {{"name", "weather"}, {"title", "Second"}}}}));
  ns.wait_condition(kMcpTool, "second", "Registered", "False", "NameConflict");
  const ConditionView registered = condition(ns.get(kMcpTool, "second"), "Registered");
  CHECK_MESSAGE(registered.message.find("first") != std::string::npos, registered.message);
  CHECK(ns.http("GET", "/api/v1/tools/weather").json().at("title") == "Weather");
  CHECK(condition(ns.get(kMcpTool, "first"), "Ready").status == "True");

  ns.remove(kMcpTool, "first");
  ns.wait_gone(kMcpTool, "first");
  ns.wait_ready(kMcpTool, "second");
  CHECK(ns.http("GET", "/api/v1/tools/weather").json().at("title") == "Second");
}

}  // namespace
