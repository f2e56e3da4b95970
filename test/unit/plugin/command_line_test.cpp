#include "controller/plugin/command_line.hpp"

#include <doctest/doctest.h>

#include "test/unit/plugin/objects.hpp"
#include "test/unit/plugin/scripted_kubectl.hpp"

using namespace toolhive;
using test::ScriptedKubectl;

namespace {

constexpr const char* kGetTool = "get mcptools.mcpregistry.dev weather -o json";
constexpr const char* kApproved =
    "annotate mcptools.mcpregistry.dev weather mcpregistry.dev/approve=sha256:0ffe --overwrite "
    "--namespace=team --resource-version=7";

// With a registry "main" that is ready and an MCPTool of it.
ScriptedKubectl with_registry() {
  ScriptedKubectl kubectl;
  kubectl.answer("get registries.mcpregistry.dev main -o json", test::ready_registry("main"));
  kubectl.answer("get mcptools.mcpregistry.dev --all-namespaces",
                 test::list_of({test::holding_tool("weather")}));
  kubectl.answer("get deployments.apps,", test::list_of({test::object("ConfigMap", "main-config")}));
  return kubectl;
}

}  // namespace

TEST_CASE("status draws a registry that is ready and ends with 0") {
  ScriptedKubectl kubectl = with_registry();
  CHECK(kubectl.run({"status", "main"}) == 0);
  CHECK(kubectl.out.str().starts_with("Registry team/main  Ready"));
  CHECK(kubectl.out.str().find("weather.forecast  Held") != std::string::npos);
}

TEST_CASE("status ends with 1 when a registry is not ready, or there is none") {
  ScriptedKubectl kubectl;
  Json registry = test::ready_registry("main");
  registry["status"]["conditions"][0]["status"] = "False";
  kubectl.answer("get registries.mcpregistry.dev main -o json", registry);
  kubectl.answer("get registries.mcpregistry.dev -o json", test::list_of({}));
  CHECK(kubectl.run({"status", "main"}) == 1);
  CHECK(kubectl.out.str().find("NotReady") != std::string::npos);
  CHECK(kubectl.run({"status"}) == 1);
  CHECK(kubectl.err.str().find("no Registry here") != std::string::npos);
}

TEST_CASE("status prints a document for programs") {
  ScriptedKubectl kubectl = with_registry();
  CHECK(kubectl.run({"status", "main", "-o", "json"}) == 0);
  CHECK(Json::parse(kubectl.out.str()).at("registries").at(0).at("ready") == true);
}

TEST_CASE("status shows the tools of the namespace where those of others may not be read, and says so") {
  ScriptedKubectl kubectl;
  kubectl.answer("get registries.mcpregistry.dev main -o json", test::ready_registry("main"));
  kubectl.fail("get mcptools.mcpregistry.dev --all-namespaces", "Error from server (Forbidden): no");
  kubectl.answer("get mcptools.mcpregistry.dev -o json", test::list_of({test::holding_tool("weather")}));
  kubectl.fail("get deployments.apps,", "Error from server (Forbidden): pods is forbidden");
  CHECK(kubectl.run({"status", "main"}) == 0);
  CHECK(kubectl.out.str().find("team/weather") != std::string::npos);
  CHECK(kubectl.out.str().find("of other namespaces may not be read") != std::string::npos);
  CHECK(kubectl.out.str().find("pods is forbidden") != std::string::npos);
}

TEST_CASE("flags that say which cluster is meant are given on, wherever they stand") {
  ScriptedKubectl kubectl;
  CHECK(kubectl.run({"--context", "x", "hibernate", "main", "on", "-n", "team", "--as-group", "a"}) == 1);
  CHECK(kubectl.commands.at(0) ==
        "--namespace=team --context=x --as-group=a annotate registries.mcpregistry.dev main "
        "mcpregistry.dev/hibernation=on --overwrite");
}

TEST_CASE("a wrong command line ends with 2 and runs nothing") {
  ScriptedKubectl kubectl;
  for (const plugin::Words& words :
       {plugin::Words{}, plugin::Words{"sing"}, plugin::Words{"approve"},
        plugin::Words{"hibernate", "main", "maybe"}, plugin::Words{"status", "-o", "xml"},
        plugin::Words{"status", "--colour"}})
    CHECK(kubectl.run(words) == 2);
  CHECK(kubectl.commands.empty());
  CHECK(kubectl.run({"--help"}) == 0);
}

TEST_CASE("approve shows what is held, asks, and approves exactly the offer that was seen") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  kubectl.answer("annotate", "");
  CHECK(kubectl.run({"approve", "weather"}, "y\n") == 0);
  CHECK(kubectl.out.str().find("weather.forecast  Held  Breaking") != std::string::npos);
  CHECK(kubectl.out.str().find("sha256:0ffe") != std::string::npos);
  CHECK(kubectl.ran(kApproved));
}

TEST_CASE("approve approves nothing without a yes, or when another offer was expected") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  CHECK(kubectl.run({"approve", "weather"}, "n\n") == 1);
  CHECK(kubectl.run({"approve", "weather"}) == 1);
  CHECK(kubectl.run({"approve", "weather", "--yes", "--digest", "sha256:other"}) == 1);
  for (const std::string& command : kubectl.commands) CHECK(command == kGetTool);
}

TEST_CASE("approve goes on where the object changed and the offer did not") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  kubectl.fail_once("annotate", "Error from server (Conflict): changed");
  Json later = test::holding_tool("weather");
  later["metadata"]["resourceVersion"] = "9";
  kubectl.answer("get mcptools.mcpregistry.dev weather --namespace=team -o json", later);
  kubectl.answer("annotate", "");
  CHECK(kubectl.run({"approve", "weather", "-y"}) == 0);
  CHECK(kubectl.commands.back().ends_with("--resource-version=9"));
}

TEST_CASE("approve approves nothing where another offer came meanwhile") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  kubectl.fail("annotate", "Error from server (Conflict): changed");
  Json later = test::holding_tool("weather");
  later["status"]["offeredDigest"] = "sha256:later";
  kubectl.answer("get mcptools.mcpregistry.dev weather --namespace=team -o json", later);
  CHECK(kubectl.run({"approve", "weather", "-y"}) == 1);
  CHECK(kubectl.err.str().find("offers sha256:later now") != std::string::npos);
}

TEST_CASE("diff shows what waits, and compares the versions of the tool that is named") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  CHECK(kubectl.run({"diff", "weather"}) == 0);
  CHECK(kubectl.out.str().find("Held  Breaking") != std::string::npos);

  const std::string tool =
      "get --raw /api/v1/namespaces/team/services/http:main:http/proxy/api/v1/tools/weather.now";
  kubectl.answer(tool + "/versions", Json{{"versions", {{{"version", "2"}}, {{"version", "1"}}}}});
  kubectl.answer(tool + "/diff?from=1.0.0%2Bb", Json{{"name", "weather.now"}, {"verdict", "review"}});
  CHECK(kubectl.run({"diff", "weather", "weather.now", "--from", "1.0.0+b"}) == 0);
  CHECK(kubectl.out.str().starts_with("weather.now  review"));
}

TEST_CASE("a registry with TLS is read by its port of that name") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  const std::string tool = "/proxy/api/v1/tools/weather.now";
  const std::string services = "get --raw /api/v1/namespaces/team/services/";
  kubectl.fail(services + "http:main:http" + tool,
               "Error from server (ServiceUnavailable): no service port \"http\" found for service \"main\"");
  kubectl.answer(services + "https:main:https" + tool + "/versions",
                 Json{{"versions", {{{"version", "2"}}, {{"version", "1"}}}}});
  kubectl.answer(services + "https:main:https" + tool + "/diff?from=1.0.0%2Bb",
                 Json{{"name", "weather.now"}, {"verdict", "review"}});
  CHECK(kubectl.run({"diff", "weather", "weather.now", "--from", "1.0.0+b"}) == 0);
  CHECK(kubectl.out.str().starts_with("weather.now  review"));
}

TEST_CASE("a registry that asks for certificates is said to, with the way that is left") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  const std::string services = "get --raw /api/v1/namespaces/team/services/";
  kubectl.fail(services + "http:", "Error from server: no service port \"http\" found for service \"main\"");
  kubectl.fail(services + "https:", "Error from server (Forbidden): unknown");
  kubectl.answer("get registries.mcpregistry.dev main --namespace=team",
                 Json{{"spec", {{"tls", {{"clientAuthentication", Json::object()}}}}}});
  CHECK(kubectl.run({"diff", "weather", "weather.now"}) == 1);
  CHECK(kubectl.err.str().find("asks clients for a certificate") != std::string::npos);
  CHECK(kubectl.err.str().find("kubectl -n team port-forward service/main 8443") != std::string::npos);

  ScriptedKubectl other;
  other.answer(kGetTool, test::holding_tool("weather"));
  other.fail(services + "http:", "Error from server: no service port \"http\" found for service \"main\"");
  other.fail(services + "https:", "Error from server (Forbidden): may not");
  CHECK(other.run({"diff", "weather", "weather.now"}) == 1);
  CHECK(other.err.str().find("certificate") == std::string::npos);
}

TEST_CASE("diff of a tool with one version says that there is nothing to compare") {
  ScriptedKubectl kubectl;
  kubectl.answer(kGetTool, test::holding_tool("weather"));
  kubectl.answer("get --raw ", Json{{"versions", {{{"version", "1"}}}}});
  CHECK(kubectl.run({"diff", "weather", "x"}) == 0);
  CHECK(kubectl.err.str().find("has one version") != std::string::npos);
}

TEST_CASE("hibernate puts a registry to sleep and wakes it up") {
  ScriptedKubectl kubectl;
  kubectl.answer("annotate", "");
  CHECK(kubectl.run({"hibernate", "main", "on"}) == 0);
  CHECK(kubectl.run({"hibernate", "main", "off"}) == 0);
  CHECK(kubectl.ran("annotate registries.mcpregistry.dev main mcpregistry.dev/hibernation=on --overwrite"));
  CHECK(kubectl.ran("annotate registries.mcpregistry.dev main mcpregistry.dev/hibernation- --overwrite"));
}

TEST_CASE("logs finds whose pods are meant and prints their lines without commands for the terminal") {
  ScriptedKubectl kubectl;
  kubectl.answer("get mcptools.mcpregistry.dev weather -o name", "mcptool/weather");
  kubectl.answer("logs --selector=app.kubernetes.io/name=mcp-server,app.kubernetes.io/instance=weather",
                 "one\n\x1b[2Jtwo\n");
  CHECK(kubectl.run({"logs", "weather"}) == 0);
  CHECK(kubectl.out.str() == "one\n\\x1b[2Jtwo\n");
  kubectl.answer("logs --selector=app.kubernetes.io/name=toolhive-operator", "up\n");
  CHECK(kubectl.run({"logs", "operator", "-f"}) == 0);
  CHECK(kubectl.commands.back().ends_with("--namespace=toolhive-system --follow --max-log-requests=50"));
  CHECK(kubectl.run({"logs", "nobody"}) == 1);
}

TEST_CASE("words are completed with commands, flags and names") {
  ScriptedKubectl kubectl;
  kubectl.answer("get registries.mcpregistry.dev -o go-template", "main\nother\n");
  const auto completed = [&](plugin::Words words) {
    words.insert(words.begin(), {"__complete", "--"});
    CHECK(kubectl.run(words) == 0);
    return kubectl.out.str();
  };
  CHECK(completed({"sta"}) == "status\n");
  CHECK(completed({"status", "ma"}) == "main\n");
  CHECK(completed({"import", "ma"}) == "main\n");
  CHECK(completed({"hibernate", "main", ""}) == "on\noff\n");
  CHECK(completed({"status", "--all"}) == "--all-namespaces\n");
  CHECK(completed({"install", ""}) == "generate\n");
  for (const char* shell : {"bash", "zsh", "fish"}) CHECK(kubectl.run({"completion", shell}) == 0);
}

TEST_CASE("version tells the program's own without asking anybody, if that is wished") {
  ScriptedKubectl kubectl;
  CHECK(kubectl.run({"version", "--client"}) == 0);
  CHECK(kubectl.commands.empty());
  CHECK(kubectl.out.str() == "kubectl-mcp  " TOOLHIVE_VERSION "\n");
}

TEST_CASE("no command line has a flag that holds a secret") {
  ScriptedKubectl kubectl;
  for (const char* flag : {"--token", "--password"}) CHECK(kubectl.run({"status", flag, "x"}) == 2);
}
