#include "test/faults/harness/day_two.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "test/faults/harness/acts.hpp"
#include "test/faults/harness/database.hpp"
#include "test/faults/harness/operator_process.hpp"
#include "test/faults/harness/resources.hpp"

using namespace toolhive;

namespace toolhive::faults {

using kube::Client;

namespace {

constexpr const char* kServerName = "rain";
constexpr const char* kSource = "source";
constexpr const char* kPublished = "io.example/maps";

// The storage of a spec on the namespace's database, whose Secrets it makes.
Json storage_on_database(Client& client, const std::string& ns) {
  const Database database = database_of(ns);
  apply(client, kSecret, ns, "db", {{"stringData", {{"uri", database.url}}}});
  apply(client, kSecret, ns, "db-ca", {{"stringData", {{"ca.crt", database.authority}}}});
  return {{"type", "PostgreSQL"},
          {"postgresql",
           {{"secretRef", {{"name", "db"}}}, {"caSecretRef", {{"name", "db-ca"}}}, {"port", database.port}}}};
}

std::string not_served_by(Client& client, const std::string& ns, int pods) {
  std::string missing = all_ready(client, ns);
  if (!missing.empty()) return missing;
  const Json status = client.get(bounded(), kRegistry, {ns, kRegistryName})->json().at("status");
  return status.value("readyReplicas", 0) == pods ? "" : status.dump();
}

Step scale_to(int replicas) {
  return {"scale to " + std::to_string(replicas),
          [replicas](Client& client, const std::string& ns) {
            patch(client, kRegistry, ns, kRegistryName, {{"spec", {{"replicas", replicas}}}});
          },
          [replicas](Client& client, const std::string& ns) { return not_served_by(client, ns, replicas); }};
}

void hibernate(Client& client, const std::string& ns, const char* word) {
  patch(client, kRegistry, ns, kRegistryName,
        {{"metadata", {{"annotations", {{"mcpregistry.dev/hibernation", word}}}}}});
}

void let_be_found(Client& client, const std::string& ns, const Json& label) {
  patch(client, kService, ns, kServerName, {{"metadata", {{"labels", {{"mcpregistry.dev/mcp", label}}}}}});
}

std::int64_t discovered(Client& client, const std::string& ns) {
  const Json status = client.get(bounded(), kRegistry, {ns, kRegistryName})->json().at("status");
  const Json counts = status.value("discovered", Json::array());
  return counts.empty() ? 0 : counts.at(0).value("servers", std::int64_t{0});
}

int asked_for_discovered(Client& client, const std::string& ns) {
  return ask_registry(client, ns, kRegistryName, std::string("/api/v1/tools/") + kServerName + ".forecast")
      .status;
}

// The server that the registry lists, with this as part of its name; null where it has none.
Json listed_server(Client& client, const std::string& ns, const char* part) {
  const Answer answer = ask_registry(client, ns, kRegistryName, "/v0.1/servers?include_deleted=true");
  for (const Json& each : answer.body.value("servers", Json::array()))
    if (each.at("server").at("name").get<std::string>().find(part) != std::string::npos) return each;
  return nullptr;
}

// Until the operator has put the server there, the registry lists what it knows of it from its tools.
bool is_listed_by_operator(const Json& server) {
  return server.is_object() && server.contains("/server/_meta/mcpregistry.dev~1observed"_json_pointer);
}

void set_upstreams(Client& client, const std::string& ns, const Json& upstreams) {
  patch(client, kRegistry, ns, kRegistryName, {{"spec", {{"upstreams", upstreams}}}});
}

std::string not_published_as(Client& client, const std::string& ns, const std::string& wanted) {
  std::string missing = all_ready(client, ns);
  if (!missing.empty()) return missing;
  const Json server = listed_server(client, ns, kPublished);
  const std::string state =
      server.is_object()
          ? server.value("/_meta/io.modelcontextprotocol.registry~1official/status"_json_pointer, "")
          : "";
  return state == wanted ? "" : std::string(kPublished) + " is \"" + state + "\"";
}

}  // namespace

const Step kEquip{"create a Registry with everything",
                  [](Client& client, const std::string& ns) {
                    const Json labels = {{"matchLabels", {{"team", "a"}}}};
                    const Json clients = Json::array({{{"podSelector", labels}}});
                    apply(client, kRegistry, ns, kRegistryName,
                          {{"spec",
                            {{"replicas", 2},
                             {"storage", storage_on_database(client, ns)},
                             {"availability", {{"autoscaling", {{"minReplicas", 2}, {"maxReplicas", 3}}}}},
                             {"exposure", {{"type", "Ingress"}, {"host", "mcp.example.com"}}},
                             {"networkPolicy", {{"from", clients}}},
                             {"monitoring", {{"labels", {{"team", "a"}}}}}}}});
                    apply(client, kMcpTool, ns, kToolName,
                          {{"spec",
                            {{"registryRef", {{"name", kRegistryName}}},
                             {"definition", {{"inputSchema", {{"type", "object"}}}}}}}});
                  },
                  [](Client& client, const std::string& ns) -> std::string {
                    std::string missing = not_served_by(client, ns, 2);
                    if (!missing.empty()) return missing;
                    // Nobody offers metrics here; the cluster's own controller says so when it comes round.
                    return missing_condition(client, kRegistry, ns, kRegistryName, "Autoscaling", "False",
                                             "ScalingInactive");
                  }};

const Step kMove{
    "move to a database",
    [](Client& client, const std::string& ns) {
      patch(client, kRegistry, ns, kRegistryName, {{"spec", {{"storage", storage_on_database(client, ns)}}}});
    },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing = missing_condition(client, kRegistry, ns, kRegistryName, "Moved", "True");
      return missing.empty() ? not_served_by(client, ns, 1) : missing;
    }};

const Step kSpread = scale_to(2);
const Step kGather = scale_to(1);

const Step kHibernate{
    "hibernate", [](Client& client, const std::string& ns) { hibernate(client, ns, "on"); },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing = missing_condition(client, kRegistry, ns, kRegistryName, "Hibernated", "True");
      if (!missing.empty()) return missing;
      return still_there(client, kPod, ns, std::string("app.kubernetes.io/instance=") + kRegistryName);
    }};

const Step kWake{"wake", [](Client& client, const std::string& ns) { hibernate(client, ns, "off"); },
                 [](Client& client, const std::string& ns) { return not_served_by(client, ns, 1); }};

const Step kServe{
    "run an MCP server",
    [](Client& client, const std::string& ns) {
      const Json labels = {{"app", kServerName}};
      const Json container = {
          {"name", kServerName},
          {"image", kServerImage},
          {"securityContext", {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}}};
      apply(client, kDeployment, ns, kServerName,
            {{"spec",
              {{"selector", {{"matchLabels", labels}}},
               {"template",
                {{"metadata", {{"labels", labels}}},
                 {"spec",
                  {{"securityContext",
                    {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
                   {"containers", Json::array({container})}}}}}}}});
      apply(client, kService, ns, kServerName,
            {{"spec", {{"selector", labels}, {"ports", Json::array({{{"port", 8080}}})}}}});
    },
    [](Client& client, const std::string& ns) -> std::string {
      const Json deployment = client.get(bounded(), kDeployment, {ns, kServerName})->json();
      return deployment.value("/status/readyReplicas"_json_pointer, 0) == 1 ? "" : "it does not run yet";
    }};

const Step kDiscover{
    "let the server be discovered",
    [](Client& client, const std::string& ns) {
      patch(client, kRegistry, ns, kRegistryName,
            {{"spec", {{"discovery", {{"sources", Json::array({"Service"})}}}}}});
      let_be_found(client, ns, "true");
    },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing = missing_condition(client, kRegistry, ns, kRegistryName, "DiscoveryReady", "True");
      if (!missing.empty()) return missing;
      if (discovered(client, ns) != 1) return "the Registry does not count it";
      if (asked_for_discovered(client, ns) != 200) return "its tools are not registered";
      // Listed after its tools, and else only if it is there for long enough.
      return is_listed_by_operator(listed_server(client, ns, kServerName)) ? ""
                                                                           : "the operator has not listed it";
    }};

const Step kForget{"let the server be discovered no more",
                   [](Client& client, const std::string& ns) { let_be_found(client, ns, nullptr); },
                   [](Client& client, const std::string& ns) -> std::string {
                     if (discovered(client, ns) != 0) return "the Registry counts it";
                     if (asked_for_discovered(client, ns) != 404) return "its tools are registered";
                     return still_there(client, kMcpTool, ns, "mcpregistry.dev/discovered-from");
                   }};

const Step kStopServing{"stop the MCP server",
                        [](Client& client, const std::string& ns) {
                          remove(client, kDeployment, ns, kServerName);
                          remove(client, kService, ns, kServerName);
                        },
                        [](Client& client, const std::string& ns) {
                          return still_there(client, kPod, ns, std::string("app=") + kServerName);
                        }};

const Step kPublish{
    "publish a server in another Registry",
    [](Client& client, const std::string& ns) {
      apply(client, kRegistry, ns, kSource, {{"spec", {{"storage", {{"size", "1Gi"}}}}}});
    },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing = missing_condition(client, kRegistry, ns, kSource, "Ready", "True");
      if (!missing.empty()) return missing;
      const Answer published = tell_registry(
          client, ns, kSource, "/v0.1/publish",
          {{"$schema", "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
           {"name", kPublished},
           {"description", "Draws maps."},
           {"version", "1.0.0"}});
      return published.status == 200 || published.status == 409 ? "" : std::to_string(published.status);
    }};

const Step kTakeIn{
    "take in the servers of another Registry",
    [](Client& client, const std::string& ns) {
      set_upstreams(client, ns,
                    Json::array({{{"name", kSource},
                                  // Not the namespace's name, which would be in checksums.
                                  {"url", std::string("http://") + kSource + ":8080"},
                                  {"interval", "1m"}}}));
    },
    [](Client& client, const std::string& ns) { return not_published_as(client, ns, "active"); }};

const Step kLetGo{
    "take in nothing any more",
    [](Client& client, const std::string& ns) { set_upstreams(client, ns, Json::array()); },
    [](Client& client, const std::string& ns) { return not_published_as(client, ns, "deleted"); }};

const Step kDeleteSource{
    "delete the other Registry",
    [](Client& client, const std::string& ns) { remove(client, kRegistry, ns, kSource); },
    [](Client& client, const std::string& ns) {
      return still_there(client, kPod, ns, std::string("app.kubernetes.io/instance=") + kSource);
    }};

}  // namespace toolhive::faults
