#include "test/faults/harness/scenario.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "test/faults/harness/acts.hpp"
#include "test/faults/harness/backups.hpp"
#include "test/faults/harness/day_two.hpp"
#include "test/faults/harness/operator_process.hpp"
#include "test/faults/harness/resources.hpp"

using namespace toolhive;

namespace toolhive::faults {

using kube::Client;

namespace {

constexpr const char* kServerName = "forecasts";

Json tool(const std::string& description) {
  return {{"spec",
           {{"registryRef", {{"name", kRegistryName}}},
            {"definition",
             {{"title", "Weather"},
              {"description", description},
              {"inputSchema", {{"type", "object"}, {"properties", {{"city", {{"type", "string"}}}}}}}}}}}};
}

// An MCPTool whose server the operator deploys: the Go server of test/servers, in one of its
// releases.
Json server(const std::string& release) {
  return {{"spec",
           {{"registryRef", {{"name", kRegistryName}}},
            {"server", {{"workload", {{"image", kServerImage}, {"args", {"-release", release}}}}}},
            {"probe", {{"intervalSeconds", 10}}},
            {"contract", {{"mode", "Enforce"}}}}}};
}

Json server_status(Client& client, const std::string& ns) {
  const auto object = client.get(bounded(), kMcpTool, {ns, kServerName});
  return object.ok() ? *object->status() : Json::object();
}

// Of the server's tool of that name, in status.
std::string missing_tool(Client& client, const std::string& ns, const std::string& tool,
                         const std::string& state, const std::string& version) {
  const Json status = server_status(client, ns);
  for (const Json& each : status.value("tools", Json::array()))
    if (each.at("name") == std::string(kServerName) + "." + tool && each.value("state", "") == state &&
        each.value("version", "") == version)
      return {};
  return tool + " is not " + state + " in " + version + ": " + status.dump();
}

std::string missing_release(Client& client, const std::string& ns, const std::string& release) {
  std::string missing = missing_condition(client, kMcpTool, ns, kServerName, "Ready", "True");
  return missing.empty() ? missing_tool(client, ns, "forecast", "Registered", release) : missing;
}

void deploy(Client& client, const std::string& ns, const std::string& release) {
  apply(client, kMcpTool, ns, kServerName, server(release));
}

const Step kCreate{
    "create a Registry and an MCPTool",
    [](Client& client, const std::string& ns) {
      apply(client, kRegistry, ns, kRegistryName, {{"spec", {{"storage", {{"size", "1Gi"}}}}}});
      apply(client, kMcpTool, ns, kToolName, tool("Says how the weather is in a city: 21 °C and dry, say."));
    },
    all_ready};

const Step kChange{
    "change image, configuration and definition",
    [](Client& client, const std::string& ns) {
      patch(client, kRegistry, ns, kRegistryName,
            {{"spec", {{"image", kOtherImage}, {"config", {{"logLevel", "debug"}}}}}});
      apply(client, kMcpTool, ns, kToolName, tool("Says how warm a city is: 21 °C, say."));
    },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing = all_ready(client, ns);
      if (!missing.empty()) return missing;
      const auto status = client.get(bounded(), kMcpTool, {ns, kToolName})->json().at("status");
      return status.at("tools").at(0).at("version") == "0.2.0" ? "" : status.dump();
    }};

const Step kStop{"scale to 0",
                 [](Client& client, const std::string& ns) {
                   patch(client, kRegistry, ns, kRegistryName, {{"spec", {{"replicas", 0}}}});
                 },
                 [](Client& client, const std::string& ns) -> std::string {
                   std::string missing = missing_condition(client, kRegistry, ns, kRegistryName, "Available",
                                                           "False", "ScaledToZero");
                   return missing.empty() ? still_there(client, kPod, ns) : missing;
                 }};

const Step kStartAgain{"scale to 1",
                       [](Client& client, const std::string& ns) {
                         patch(client, kRegistry, ns, kRegistryName, {{"spec", {{"replicas", 1}}}});
                       },
                       all_ready};

const Step kDeleteTool{
    "delete the MCPTool",
    [](Client& client, const std::string& ns) { remove(client, kMcpTool, ns, kToolName); },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing = still_there(client, kMcpTool, ns);
      if (!missing.empty()) return missing;
      // Let go only after it was withdrawn.
      const int status =
          ask_registry(client, ns, kRegistryName, std::string("/api/v1/tools/") + kToolName).status;
      return status == 404 ? "" : "the registry answers " + std::to_string(status) + " for the tool";
    }};

const Step kDeleteRegistry{
    "delete the Registry",
    [](Client& client, const std::string& ns) { remove(client, kRegistry, ns, kRegistryName); },
    [](Client& client, const std::string& ns) -> std::string {
      for (const kube::ResourceType* type :
           {&kRegistry, &kDeployment, &kReplicaSet, &kPod, &kService, &kNetworkPolicy, &kDisruptionBudget})
        if (std::string there = still_there(client, *type, ns); !there.empty()) return there;
      return {};
    }};

const Step kDeploy{
    "deploy a server", [](Client& client, const std::string& ns) { deploy(client, ns, "1.0.0"); },
    [](Client& client, const std::string& ns) { return missing_release(client, ns, "1.0.0"); }};

const Step kRedeploy{
    "deploy a release that breaks nothing",
    [](Client& client, const std::string& ns) { deploy(client, ns, "1.1.0"); },
    [](Client& client, const std::string& ns) { return missing_release(client, ns, "1.1.0"); }};

const Step kHold{"deploy a release that breaks",
                 [](Client& client, const std::string& ns) { deploy(client, ns, "2.0.0"); },
                 [](Client& client, const std::string& ns) -> std::string {
                   std::string missing =
                       missing_condition(client, kMcpTool, ns, kServerName, "ContractVerified", "False");
                   return missing.empty() ? missing_tool(client, ns, "forecast", "Held", "1.1.0") : missing;
                 }};

const Step kApprove{
    "approve what is held",
    [](Client& client, const std::string& ns) {
      const std::string offered = server_status(client, ns).value("offeredDigest", "");
      patch(client, kMcpTool, ns, kServerName, {{"spec", {{"contract", {{"approvedDigest", offered}}}}}});
    },
    [](Client& client, const std::string& ns) { return missing_release(client, ns, "2.0.0"); }};

const Step kDeleteServer{
    "delete the MCPTool with its server",
    [](Client& client, const std::string& ns) { remove(client, kMcpTool, ns, kServerName); },
    [](Client& client, const std::string& ns) -> std::string {
      if (client.get(bounded(), kMcpTool, {ns, kServerName}).ok()) return "the MCPTool is still there";
      const int status =
          ask_registry(client, ns, kRegistryName, std::string("/api/v1/tools/") + kServerName + ".forecast")
              .status;
      if (status != 404) return "the registry answers " + std::to_string(status) + " for its tool";
      return client.get(bounded(), kDeployment, {ns, std::string(kServerName) + "-mcp"}).ok()
                 ? "the server is still there"
                 : "";
    }};

}  // namespace

const std::vector<Scenario>& scenarios() {
  // What a backup does is that of a backup by hand.
  static const std::string of_schedules = "/(registrybackups|registries)/";
  static const std::vector<Scenario> all = {
      {"create", {}, {kCreate}},
      {"change", {kCreate}, {kChange}},
      {"scale", {kCreate}, {kStop, kStartAgain}},
      {"delete", {kCreate}, {kDeleteTool, kDeleteRegistry}},
      {"deploy", {kCreate}, {kDeploy}},
      {"redeploy", {kCreate, kDeploy}, {kRedeploy}},
      {"hold", {kCreate, kDeploy, kRedeploy}, {kHold, kApprove}},
      {"withdraw", {kCreate, kDeploy}, {kDeleteServer}},
      {"equip", {}, {kEquip}},
      {"move", {kCreate}, {kMove}},
      {"spread", {kCreate, kMove}, {kSpread, kGather}},
      {"hibernate", {kCreate}, {kHibernate, kWake}},
      {"discover", {kCreate, kServe}, {kDiscover, kForget}},
      {"upstream", {kCreate, kPublish}, {kTakeIn, kLetGo}},
      {"backup", {kCreate}, {kBackUp, kDeleteBackup}},
      {"schedule", {kCreate, kEarlierRun}, {kSchedule, kSuspend}, of_schedules},
      {"restore", {kCreate, kBackUp, kLose}, {kRestore}},
  };
  return all;
}

const Scenario& scenario(const std::string& name) {
  const auto& all = scenarios();
  return *std::find_if(all.begin(), all.end(), [&](const Scenario& each) { return each.name == name; });
}

const Life& life(const std::string& name) {
  static const std::vector<Life> all = {
      {"of-servers",
       {kCreate, kDeploy, kChange, kRedeploy, kHold, kApprove},
       {kDeleteServer, kDeleteTool, kDeleteRegistry}},
      {"of-data",
       {kCreate, kBackUp, kHibernate, kWake, kLose, kRestore, kDeleteBackup, kEarlierRun, kSchedule,
        kSuspend},
       {kDeleteRuns, kDeleteTool, kDeleteRegistry}},
      {"of-growth",
       {kCreate, kServe, kDiscover, kForget, kPublish, kTakeIn, kLetGo, kMove, kSpread, kHibernate},
       {kStopServing, kDeleteSource, kDeleteRegistry}},
  };
  return *std::find_if(all.begin(), all.end(), [&](const Life& each) { return each.name == name; });
}

}  // namespace toolhive::faults
