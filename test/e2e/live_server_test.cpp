// An MCPTool with a server: what the server offers is what is registered.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

constexpr const char* kWeather = "weather";
constexpr const char* kWeatherImage = "weather";

// How the same server comes to be there in some release.
struct Way {
  const char* name;
  // The spec.server of its MCPTool.
  Json (*server)(const std::string& ns, const std::string& release);
  // What else has to be applied for a release.
  void (*deploy)(const TestNamespace& ns, const std::string& release);
};

Json weather_args(const std::string& release) {
  return Json::array({"-release", release});
}

Json http_workload(const std::string&, const std::string& release) {
  return {{"workload", {{"image", Cluster::get().image(kWeatherImage)}, {"args", weather_args(release)}}}};
}

Json stdio_workload(const std::string&, const std::string& release) {
  return {{"workload",
           {{"image", Cluster::get().image(kWeatherImage)},
            {"transport", "Stdio"},
            {"command", {"/weather", "-stdio", "-release", release}}}}};
}

Json remote_server(const std::string& ns, const std::string&) {
  return {{"remote", {{"url", "http://elsewhere." + ns + ".svc:8080/mcp"}}}};
}

void nothing_more(const TestNamespace&, const std::string&) {}

// A server that somebody else runs, of which the operator knows the address.
void run_elsewhere(const TestNamespace& ns, const std::string& release) {
  const Json labels = {{"app", "elsewhere"}};
  ns.apply({{"apiVersion", "v1"},
            {"kind", "Service"},
            {"metadata", {{"name", "elsewhere"}}},
            {"spec", {{"selector", labels}, {"ports", {{{"port", 8080}}}}}}});
  ns.apply(
      {{"apiVersion", "apps/v1"},
       {"kind", "Deployment"},
       {"metadata", {{"name", "elsewhere"}}},
       {"spec",
        {{"selector", {{"matchLabels", labels}}},
         {"strategy", {{"type", "Recreate"}}},
         {"template",
          {{"metadata", {{"labels", labels}}},
           {"spec",
            {{"securityContext", {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
             {"containers",
              {{{"name", "weather"},
                {"image", Cluster::get().image(kWeatherImage)},
                {"args", weather_args(release)},
                {"securityContext",
                 {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}}}}}}}}}}}});
}

const Way kWays[] = {{"http", http_workload, nothing_more},
                     {"stdio", stdio_workload, nothing_more},
                     {"remote", remote_server, run_elsewhere}};

// The live tool's entry in status.tools.
Json entry(const TestNamespace& ns, const std::string& server, const std::string& tool) {
  const Json status = ns.get(kMcpTool, server).value("status", Json::object());
  for (const Json& each : status.value("tools", Json::array()))
    if (each.at("name") == server + "." + tool) return each;
  return Json::object();
}

// `wanted` may end in a star, for whatever follows.
bool is_version(const std::string& version, const std::string& wanted) {
  return wanted.ends_with('*') ? version.starts_with(wanted.substr(0, wanted.size() - 1)) : version == wanted;
}

// Waits until the tool has the state in status.tools, and the version in the registry.
void wait_tool(const TestNamespace& ns, const std::string& tool, const std::string& state,
               const std::string& version, const std::string& server = kWeather) {
  wait_until(
      "the tool " + tool + " is " + state + " in " + version,
      [&]() -> std::string {
        const Json told = entry(ns, server, tool);
        if (told.value("state", "") != state) return ns.get(kMcpTool, server).dump();
        const Answer answer = ns.http("GET", "/api/v1/tools/" + server + "." + tool);
        if (!answer.ok()) return answer.explain();
        return is_version(answer.json().at("version"), version) ? "" : answer.body;
      },
      Seconds(120));
}

Json live_tool(const std::string& name, const Json& server) {
  return {{"apiVersion", "mcpregistry.dev/v1alpha1"},
          {"kind", "MCPTool"},
          {"metadata", {{"name", name}}},
          {"spec",
           {{"registryRef", {{"name", "mcp-registry"}}},
            {"server", server},
            {"probe", {{"intervalSeconds", 10}}},
            {"contract", {{"mode", "Enforce"}}}}}};
}

void approve(const TestNamespace& ns, const std::string& name) {
  const Json status = ns.get(kMcpTool, name).at("status");
  ns.patch(kMcpTool, name, {{"spec", {{"contract", {{"approvedDigest", status.at("offeredDigest")}}}}}});
}

}  // namespace

TEST_CASE(
    "what a server offers is registered, a redeploy that breaks is held, approved, and withdrawn in the "
    "end") {
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    const TestNamespace ns(std::string("live-") + way.name);
    ns.apply(registry());
    const auto redeploy = [&](const std::string& release) {
      way.deploy(ns, release);
      ns.apply(live_tool(kWeather, way.server(ns.name(), release)));
    };

    redeploy("1.0.0");
    ns.wait_ready(kMcpTool, kWeather, Seconds(180));
    wait_tool(ns, "current", "Registered", "1.0.0");
    wait_tool(ns, "forecast", "Registered", "1.0.0");
    const Json served = ns.http("GET", "/api/v1/tools/weather.forecast").json();
    CHECK(served.at("description") == "The weather of a city in the next days.");
    CHECK(served.at("inputSchema").at("required") == Json::array({"city"}));
    CHECK(served.at("annotations").at("readOnlyHint") == true);

    redeploy("1.1.0");
    wait_tool(ns, "alerts", "Registered", "1.1.0");
    wait_tool(ns, "forecast", "Registered", "1.1.0");

    redeploy("2.0.0");
    wait_tool(ns, "forecast", "Held", "1.1.0");
    ns.wait_condition(kMcpTool, kWeather, "ContractVerified", "False");
    const Json held = ns.get(kMcpTool, kWeather);
    const std::string why = condition(held, "ContractVerified").message;
    CHECK_MESSAGE(why.find("forecast") != std::string::npos, why);
    CHECK(held.at("status").at("held") == 1);

    approve(ns, kWeather);
    wait_tool(ns, "forecast", "Registered", "2.0.0");
    ns.wait_condition(kMcpTool, kWeather, "ContractVerified", "True");

    ns.remove(kMcpTool, kWeather);
    ns.wait_gone(kMcpTool, kWeather);
    for (const char* tool : {"current", "forecast", "alerts"}) {
      const Answer gone = ns.http("GET", std::string("/api/v1/tools/weather.") + tool);
      CHECK_MESSAGE(gone.status == 404, gone.explain());
    }
    if (way.deploy == nothing_more) ns.wait_gone(kDeployment, "weather-mcp");
  }
}

TEST_CASE("a server of npm behind the bridge is followed through the releases that it had") {
  const std::string image = Cluster::get().image("npm-servers");
  const Output built =
      run({.argv = {source_path("test/servers/real/image.sh"), source_path("build/images"), image},
           .timeout = Seconds(900)});
  REQUIRE_MESSAGE(built.ok(), built.explain());
  Cluster::get().load_image(source_path("build/images/npm-servers.tar"));
  const char* kName = "thinking";
  const char* kTool = "sequentialthinking";
  const TestNamespace ns("npm");
  ns.apply(registry());
  const auto deploy = [&](const std::string& package) {
    ns.apply(live_tool(kName,
                       {{"workload",
                         {{"image", image},
                          {"transport", "Stdio"},
                          {"command", {"/usr/bin/node", "/node_modules/" + package + "/dist/index.js"}}}}}));
  };

  deploy("sequential-thinking-0.6");
  wait_tool(ns, kTool, "Registered", "0.2.0", kName);

  // Its numbers got a maximum; its own version stayed the same.
  deploy("sequential-thinking-2025");
  wait_tool(ns, kTool, "Held", "0.2.0", kName);
  const std::string why = condition(ns.get(kMcpTool, kName), "ContractVerified").message;
  CHECK_MESSAGE(why.find("maximum") != std::string::npos, why);
  approve(ns, kName);
  wait_tool(ns, kTool, "Registered", "0.2.0+sha.*", kName);

  deploy("@modelcontextprotocol/server-sequential-thinking");
  wait_tool(ns, kTool, "Registered", "2026.8.31", kName);
  ns.wait_condition(kMcpTool, kName, "ContractVerified", "True");

  ns.remove(kMcpTool, kName);
  ns.wait_gone(kMcpTool, kName);
  const Answer gone = ns.http("GET", std::string("/api/v1/tools/") + kName + "." + kTool);
  CHECK_MESSAGE(gone.status == 404, gone.explain());
  ns.wait_gone(kDeployment, "thinking-mcp");
}

TEST_CASE("a server that is listened to is looked at when it tells that its tools have changed") {
  const TestNamespace ns("live-listen");
  ns.apply(registry());
  run_elsewhere(ns, "1.0.0");
  Json tool = live_tool(kWeather, remote_server(ns.name(), ""));
  tool["spec"]["probe"] = {{"intervalSeconds", 86'400}, {"listen", true}};
  ns.apply(tool);
  ns.wait_ready(kMcpTool, kWeather, Seconds(180));
  ns.wait_condition(kMcpTool, kWeather, "Listening", "True", "Listening", Seconds(60));
  wait_tool(ns, "forecast", "Registered", "1.0.0");
  CHECK(entry(ns, kWeather, "weather.alerts").empty());

  const std::string url = "http://elsewhere." + ns.name() + ".svc.cluster.local:8080/release?number=1.1.0";
  const Answer changed = Cluster::get().http("POST", url);
  REQUIRE_MESSAGE(changed.ok(), changed.explain());
  wait_tool(ns, "alerts", "Registered", "1.0.0*");
}

TEST_CASE(
    "a server that is run no more goes with its objects, and the key of another is read where an admin lets "
    "it be read") {
  constexpr const char* kRole = "toolhive-operator-server-secrets";
  const TestNamespace ns("live-changed");
  ns.apply(registry());
  ns.apply(live_tool(kWeather, http_workload(ns.name(), "1.0.0")));
  ns.wait_ready(kMcpTool, kWeather, Seconds(180));
  run_elsewhere(ns, "1.1.0");
  ns.apply({{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"metadata", {{"name", "weather-key"}}},
            {"stringData", {{"key", "any"}}}});
  const Json key = {{"secretKeyRef", {{"name", "weather-key"}, {"key", "key"}}}};
  Json server = remote_server(ns.name(), "");
  server["remote"]["headers"] = Json::array({{{"name", "X-API-Key"}, {"valueFrom", key}}});
  ns.apply(live_tool(kWeather, server));
  ns.wait_condition(kMcpTool, kWeather, "ServerAvailable", "False", "SecretForbidden", Seconds(120));
  for (const Kind& kind : {kDeployment, kService, kServiceAccount, kNetworkPolicy})
    ns.wait_gone(kind, "weather-mcp");

  ns.require_kubectl({"create", "rolebinding", kRole, std::string("--clusterrole=") + kRole,
                      "--serviceaccount=" + Cluster::get().operator_namespace() + ":toolhive-operator"});
  wait_tool(ns, "alerts", "Registered", "1.1.0");
}
