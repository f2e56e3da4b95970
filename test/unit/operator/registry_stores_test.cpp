// A Registry on PostgreSQL, with Redis and several replicas: what becomes of its operands.
#include <doctest/doctest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "controller/operator/registry/connections.hpp"
#include "controller/operator/registry/decide.hpp"
#include "controller/operator/registry/report.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/registry/validation.hpp"
#include "controller/operator/types.hpp"
#include "controller/runtime/write/conditions.hpp"
#include "registry/config/config.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

Json secret_named(const char* name) {
  return {{"name", name}};
}

// All that a spec can say of the two.
Json full_stores() {
  return {{"storage",
           {{"type", "PostgreSQL"},
            {"postgresql",
             {{"secretRef", {{"name", "db-app"}, {"key", "url"}}},
              {"caSecretRef", secret_named("db-ca")},
              {"clientCertificateSecretRef", secret_named("db-client")},
              {"port", 6432}}}}},
          {"cache",
           {{"redis",
             {{"secretRef", secret_named("redis")},
              {"caSecretRef", {{"name", "redis-ca"}, {"key", "root.pem"}}},
              {"port", 6380},
              {"ttlSeconds", 7200}}}}},
          {"replicas", 3}};
}

Json plain_database() {
  return {{"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", secret_named("db-app")}}}}}};
}

const Json& named_entry(const Json& list, const std::string& name) {
  for (const Json& entry : list)
    if (entry.at("name") == name) return entry;
  FAIL("no entry " << name << " in " << list.dump());
  return list;
}

Json settings_file(const Json& spec) {
  return Json::parse(at(registry_config_map(inputs(spec)), "/data/registry.json").get<std::string>());
}

// The files of a projected volume by their paths, as "<Secret>/<key>".
StringMap projected_files(const Json& volume) {
  StringMap files;
  CHECK(at(volume, "/projected/defaultMode") == 0440);
  for (const Json& source : at(volume, "/projected/sources"))
    for (const Json& item : at(source, "/secret/items"))
      files[item.at("path")] =
          at(source, "/secret/name").get<std::string>() + "/" + item.at("key").get<std::string>();
  return files;
}

}  // namespace

TEST_SUITE_BEGIN("the stores of a Registry");

TEST_CASE("what the Secrets of a database and a cache hold is mounted, and nothing else of them") {
  const Json made = deployment(inputs(full_stores()));
  const Json& volumes = at(made, "/spec/template/spec/volumes");
  CHECK(projected_files(named_entry(volumes, "database")) == StringMap{{"uri", "db-app/url"},
                                                                       {"ca.crt", "db-ca/ca.crt"},
                                                                       {"tls.crt", "db-client/tls.crt"},
                                                                       {"tls.key", "db-client/tls.key"}});
  CHECK(projected_files(named_entry(volumes, "cache")) ==
        StringMap{{"uri", "redis/uri"}, {"ca.crt", "redis-ca/root.pem"}});
  const Json& mounts = at(made, "/spec/template/spec/containers/0/volumeMounts");
  for (const char* name : {"database", "cache"}) {
    CHECK(named_entry(mounts, name).at("mountPath") == "/etc/mcp-registry/" + std::string(name));
    CHECK(named_entry(mounts, name).at("readOnly") == true);
  }
}

TEST_CASE("the registry is told where the files are, and takes the configuration") {
  const Json database = {{"urlFile", "/etc/mcp-registry/database/uri"},
                         {"caFile", "/etc/mcp-registry/database/ca.crt"},
                         {"certFile", "/etc/mcp-registry/database/tls.crt"},
                         {"keyFile", "/etc/mcp-registry/database/tls.key"}};
  const Json redis = {{"urlFile", "/etc/mcp-registry/cache/uri"},
                      {"caFile", "/etc/mcp-registry/cache/ca.crt"},
                      {"ttl", "7200s"}};
  CHECK(settings_file(full_stores()) == Json{{"database", database}, {"cache", {{"redis", redis}}}});
  CHECK(settings_file(plain_database()) == Json{{"database", {{"urlFile", database.at("urlFile")}}}});
  Json longest = full_stores();
  longest["cache"]["redis"]["ttlSeconds"] = 31622400;
  for (const Json& spec : {full_stores(), plain_database(), longest}) {
    const auto read = registry::parse_config(settings_file(spec).dump());
    REQUIRE_MESSAGE(read.ok(), read.error().field << ": " << read.error().detail);
    CHECK(read->store.database.used());
  }
}

TEST_CASE("a registry on PostgreSQL has no claim, and one on files no connection") {
  CHECK(row(pvc_type()).presence(inputs(full_stores()), Cluster{}) == Presence::Untouched);
  CHECK(deployment(inputs(full_stores())).dump().find("persistentVolumeClaim") == std::string::npos);
  CHECK(deployment(inputs()).dump().find("projected") == std::string::npos);
  Json files = full_stores();
  files["storage"]["type"] = "Filesystem";
  CHECK(connections(inputs(files).spec).empty());
}

TEST_CASE("the registry on files is told when no tool is to have a readable file, and nothing else") {
  const auto file = [](const Json& storage) {
    return registry_config_map(inputs({{"storage", storage}})).at("data").at(kConfigFile).get<std::string>();
  };
  const auto off = registry::parse_config(file({{"toolFiles", false}}));
  REQUIRE(off.ok());
  CHECK_FALSE(off->store.tool_files);
  // What is the default makes no pod anew.
  CHECK(file({{"toolFiles", true}}) == file(Json::object()));
  Json database = plain_database().at("storage");
  database["toolFiles"] = false;
  CHECK(registry::parse_config(file(database)).ok());
}

TEST_CASE("another Secret makes new pods, another port of the policy does not") {
  const auto pods = [](const Json& spec) { return at(deployment(inputs(spec)), "/spec/template"); };
  Json other = plain_database();
  other["storage"]["postgresql"]["secretRef"]["name"] = "db-other";
  CHECK(pods(other) != pods(plain_database()));
  Json elsewhere = plain_database();
  elsewhere["storage"]["postgresql"]["port"] = 6432;
  CHECK(pods(elsewhere) == pods(plain_database()));
}

TEST_CASE("the policy lets the pods out to the ports of database and cache, wherever those are") {
  const auto ports = [](const Json& spec) {
    const Json policy = network_policy(inputs(spec));
    std::set<std::int64_t> found;
    for (const Json& rule : at(policy, "/spec/egress"))
      if (!rule.contains("to")) found.insert(at(rule, "/ports/0/port").get<std::int64_t>());
    return found;
  };
  CHECK(ports(Json::object()) == std::set<std::int64_t>{});
  CHECK(ports(plain_database()) == std::set<std::int64_t>{5432});
  CHECK(ports(full_stores()) == std::set<std::int64_t>{6432, 6380});
}

TEST_CASE("on PostgreSQL a pod goes once the one in its place serves") {
  const Json made = deployment(inputs(full_stores()));
  CHECK(at(made, "/spec/replicas") == 3);
  CHECK(at(made, "/spec/strategy") ==
        Json{{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", 1}, {"maxUnavailable", 0}}}});
}

TEST_CASE(
    "on PostgreSQL a pod that is to end takes requests a little longer, for those that were on their way to "
    "it") {
  const auto server = [](const Json& spec) {
    const Json map = server_config_map(inputs(spec));
    auto read = registry::parse_server_config(at(map, "/data/server.json").get<std::string>());
    REQUIRE(read.ok());
    return *read;
  };
  CHECK(server(plain_database()).shutdown_delay == std::chrono::seconds(4));
  CHECK(server(Json::object()).shutdown_delay.count() == 0);
}

TEST_CASE("pods on PostgreSQL are spread over zones and nodes, unless the spec says otherwise") {
  const char* place = "/spec/template/spec/topologySpreadConstraints";
  const auto made = [](Json spec) { return deployment(inputs(spec)); };
  const Json constraints = at(made(full_stores()), place);
  REQUIRE(constraints.size() == 2);
  for (const Json& constraint : constraints) {
    CHECK(constraint.at("whenUnsatisfiable") == "ScheduleAnyway");
    CHECK(at(constraint, "/labelSelector/matchLabels") == Json(selector_labels("mcp-registry")));
  }
  CHECK(at(made(plain_database()), place) == constraints);  // with one replica, too
  CHECK_FALSE(has(made(Json::object()), place));
  Json off = full_stores();
  off["availability"]["topologySpread"]["enabled"] = false;
  CHECK_FALSE(has(made(off), place));
  Json own = full_stores();
  own["podTemplate"]["topologySpreadConstraints"] = Json::array({{{"maxSkew", 5}}});
  CHECK(at(made(own), place) == Json::array({{{"maxSkew", 5}}}));
}

TEST_CASE("several replicas need a database, and a database needs its Secret") {
  const auto message = [](const Json& spec) {
    const auto refusal = refuse(inputs(spec), nullptr);
    return refusal ? refusal->message : "";
  };
  CHECK(message(full_stores()) == "");
  CHECK(message({{"replicas", 2}}).starts_with("spec.replicas: "));
  CHECK(message({{"storage", {{"type", "PostgreSQL"}}}}).starts_with("spec.storage.postgresql: "));
  Json small = plain_database();
  small["storage"]["size"] = "1e30";
  CHECK(message(small) == "");  // of a claim that there is none of
}

TEST_CASE("the autoscaler scales the Registry itself, by the CPU that its pods request") {
  Json spec = full_stores();
  spec["availability"]["autoscaling"] = {
      {"minReplicas", 3}, {"maxReplicas", 9}, {"targetCPUUtilizationPercentage", 60}};
  const Json made = horizontal_pod_autoscaler(inputs(spec));
  CHECK(at(made, "/spec/scaleTargetRef") ==
        Json{{"apiVersion", "mcpregistry.dev/v1alpha1"}, {"kind", "Registry"}, {"name", "mcp-registry"}});
  CHECK(at(made, "/spec/minReplicas") == 3);
  CHECK(at(made, "/spec/maxReplicas") == 9);
  CHECK(at(made, "/spec/metrics/0/resource/target/averageUtilization") == 60);
}

TEST_CASE("it goes by requests besides, where the spec says how many") {
  Json spec = full_stores();
  spec["availability"]["autoscaling"] = {{"maxReplicas", 9}, {"requestsPerSecond", 250}};
  const Json metrics = at(horizontal_pod_autoscaler(inputs(spec)), "/spec/metrics");
  REQUIRE(metrics.size() == 2);
  CHECK(at(metrics, "/0/resource/name") == "cpu");
  CHECK(metrics[1] == Json{{"type", "Pods"},
                           {"pods",
                            {{"metric", {{"name", "mcp_registry_requests_per_second"}}},
                             {"target", {{"type", "AverageValue"}, {"averageValue", "250"}}}}}});
}

TEST_CASE("a hibernated Registry has no pods, whatever it declares and whether that is accepted") {
  RegistryInputs given = inputs(full_stores());
  CHECK(at(deployment(given), "/spec/replicas") == 3);
  given.hibernated = true;
  CHECK(at(deployment(given), "/spec/replicas") == 0);
  RegistryObservation seen{.object = mcp_registry(),
                           .status = std::make_shared<const Json>(Json::object()),
                           .inputs = inputs({{"replicas", 2}})};
  seen.inputs.hibernated = true;
  const RegistryPlan plan = decide(seen, inputs());
  CHECK(plan.refused);
  CHECK(plan.accepted->hibernated);
}

TEST_CASE("hibernation is told in its condition and in those that suffer from it, and is no trouble") {
  RegistryObservation seen{.object = mcp_registry(),
                           .status = std::make_shared<const Json>(Json::object()),
                           .inputs = inputs(full_stores())};
  RegistryOutcome outcome;
  outcome.declared = seen.inputs;
  const auto told = [&] {
    return runtime::Conditions::from_json(
        registry_status(Json::object(), report_of(seen, outcome, WallTime{}), WallTime{}).at("conditions"));
  };
  CHECK_FALSE(told().find("Hibernated"));
  outcome.declared->hibernated = true;
  CHECK(told().is_true("Hibernated"));
  for (const char* type : {"Ready", "Available"}) CHECK(told().find(type)->reason == "Hibernated");
  CHECK(told().find("Degraded")->reason == "AsExpected");
}

TEST_CASE("nothing of a claim holds up a registry on PostgreSQL, whose storage is told as the database") {
  RegistryObservation seen{.object = mcp_registry(),
                           .status = std::make_shared<const Json>(Json::object()),
                           .inputs = inputs(full_stores())};
  Json running = deployment(seen.inputs);
  running["apiVersion"] = "apps/v1";
  running["kind"] = "Deployment";
  running["metadata"]["uid"] = "u";
  seen.running = {{deployment_type(), *kube::Object::from(running)}};
  const RegistryPlan plan = decide(seen, {});
  CHECK_FALSE(plan.refused);
  CHECK_FALSE(plan.needs_claim);
  CHECK_FALSE(plan.repair);
  const RegistryOutcome nothing_written;
  const RegistryReport report = report_of(seen, nothing_written, WallTime{});
  CHECK(report.storage.holds());
  CHECK(report.storage.reason == "External");
  CHECK(report.storage.message.find("db-app") != std::string::npos);
  CHECK(look_again(seen, nothing_written, report) > std::chrono::seconds(30));
}

TEST_SUITE_END();
