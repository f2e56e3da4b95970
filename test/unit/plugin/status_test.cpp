#include <doctest/doctest.h>

#include <memory>

#include "controller/plugin/condition.hpp"
#include "controller/plugin/operand_state.hpp"
#include "controller/plugin/status_document.hpp"
#include "controller/plugin/status_tree.hpp"
#include "test/unit/plugin/objects.hpp"

using namespace toolhive;
using namespace toolhive::plugin;

TEST_CASE("an operand says how it is doing by its kind") {
  struct Row {
    const char* kind;
    const char* spec;
    const char* status;
    Tone tone;
    const char* text;
  };
  const Row rows[] = {
      {"Deployment", R"({"replicas": 2})", R"({"readyReplicas": 2, "updatedReplicas": 2})", Tone::Good,
       "2 of 2 pods ready"},
      {"Deployment", R"({"replicas": 2})", R"({"readyReplicas": 1, "updatedReplicas": 1})", Tone::Bad,
       "1 of 2 pods ready, 1 of 2 of this version"},
      {"Pod", "{}", R"({"phase": "Running", "containerStatuses": [{"ready": true, "restartCount": 3}]})",
       Tone::Good, "Running, 3 restarts"},
      {"Pod", "{}", R"({"phase": "Running", "containerStatuses": [{"ready": false}]})", Tone::Attention,
       "Running, not ready"},
      {"Pod", "{}",
       R"({"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}]})",
       Tone::Bad, "ErrImagePull: no such image"},
      {"PersistentVolumeClaim", "{}", R"({"phase": "Bound", "capacity": {"storage": "1Gi"}})", Tone::Good,
       "Bound, 1Gi"},
      {"PersistentVolumeClaim", R"({"resources": {"requests": {"storage": "2Gi"}}})",
       R"({"phase": "Pending"})", Tone::Bad, "Pending, 2Gi"},
      {"Service", R"({"clusterIP": "10.0.0.1", "ports": [{"port": 8080}]})", "{}", Tone::Good,
       "10.0.0.1:8080"},
      {"Ingress", R"({"rules": [{"host": "mcp.example.com"}]})", "{}", Tone::Attention,
       "mcp.example.com, no controller serves it yet"},
      {"Route", "{}", R"({"ingress": [{"host": "mcp.example.com"}]})", Tone::Good, "mcp.example.com"},
      {"Route", "{}", "{}", Tone::Attention, "no router has taken it yet"},
      {"HorizontalPodAutoscaler", R"({"maxReplicas": 5})", R"({"currentReplicas": 2})", Tone::Good,
       "2 of 5 pods at most"},
      {"PodDisruptionBudget", "{}", R"({"disruptionsAllowed": 1})", Tone::Good,
       "pods that may be evicted now: 1"},
      {"ConfigMap", "{}", "{}", Tone::Plain, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    const OperandState state = operand_state(
        {{"kind", row.kind}, {"spec", Json::parse(row.spec)}, {"status", Json::parse(row.status)}});
    CHECK(state.tone == row.tone);
    CHECK(state.text == row.text);
  }
}

TEST_CASE("a condition is as good as what it means") {
  struct Row {
    const char* type;
    const char* status;
    const char* reason;
    Tone tone;
  };
  const Row rows[] = {
      {"Ready", "True", "Serving", Tone::Good},
      {"Ready", "False", "Starting", Tone::Bad},
      {"Ready", "Unknown", "Paused", Tone::Attention},
      {"Degraded", "False", "AsExpected", Tone::Good},
      {"Degraded", "True", "NameConflict", Tone::Attention},
      {"Exposed", "False", "NotRequested", Tone::Faint},
  };
  for (const Row& row : rows) {
    CAPTURE(row.type);
    CHECK(tone_of({.type = row.type, .status = row.status, .reason = row.reason}) == row.tone);
  }
}

TEST_CASE("a registry is drawn with all that belongs to it, and what could not be read") {
  RegistryObjects objects{.registry = std::make_shared<const Json>(test::ready_registry("main")),
                          .operands = {test::object("ConfigMap", "main-config")},
                          .tools = {test::holding_tool("weather")},
                          .gaps = {"pods may not be read"}};
  CHECK(draw(status_tree(objects), Paint(false)) ==
        "Registry team/main  Ready  Serving: it serves; 2 tools; version 0.1.0; http://main\n"
        "├─ conditions\n"
        "│  └─ Ready  True  Serving: it serves\n"
        "├─ operands\n"
        "│  └─ ConfigMap main-config  ok\n"
        "├─ MCPTools\n"
        "│  └─ team/weather  Ready  Registered\n"
        "│     ├─ ContractVerified  False  ApprovalNeeded: 1 tool is held\n"
        "│     └─ weather.forecast  Held   Breaking: /inputSchema/required: has \"place\" added\n"
        "└─ not read\n"
        "   └─ -  pods may not be read\n");
}

TEST_CASE("a Registry that nobody has looked at is not ready, and says so") {
  const Node node = status_tree({.registry = std::make_shared<const Json>(test::object("Registry", "new"))});
  CHECK(node.state == "NotReady");
  CHECK(node.text.find("NotSeen") == 0);
}

TEST_CASE("the document of a status has what a program needs") {
  RegistryObjects objects{.registry = std::make_shared<const Json>(test::ready_registry("main")),
                          .operands = {test::object("Deployment", "main")},
                          .tools = {test::holding_tool("weather")}};
  objects.operands[0]["spec"]["replicas"] = 1;
  const Json registry = status_document({objects}).at("registries").at(0);
  CHECK(registry.at("ready") == true);
  CHECK(registry.at("name") == "main");
  CHECK(registry.at("operands").at(0).at("healthy") == false);
  CHECK(registry.at("mcpTools").at(0).at("status").at("held") == 1);
}

TEST_CASE("an MCPTool registers in the Registry of its own namespace unless it names another") {
  Json tool = test::holding_tool("weather");
  const Json registry = test::ready_registry("main");
  CHECK(registers_in(tool, registry));
  tool["spec"]["registryRef"]["namespace"] = "elsewhere";
  CHECK_FALSE(registers_in(tool, registry));
  tool["metadata"]["namespace"] = "elsewhere";
  tool["spec"]["registryRef"]["namespace"] = "team";
  CHECK(registers_in(tool, registry));
}
