// A Registry with three replicas on PostgreSQL and Redis: what is lost when its pods and its
// database go, while it is read and written.
#include <doctest/doctest.h>

#include <string>

#include "test/e2e/harness/load.hpp"
#include "test/e2e/harness/node_database.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

constexpr int kRedisPort = 16390;

Json secret(const std::string& name, const Json& data) {
  return {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", {{"name", name}}}, {"stringData", data}};
}

Json registry_on(const NodeDatabase& database) {
  const auto named = [](const char* name) { return Json{{"name", name}}; };
  return {{"apiVersion", "mcpregistry.dev/v1alpha1"},
          {"kind", "Registry"},
          {"metadata", {{"name", "mcp-registry"}}},
          {"spec",
           {{"replicas", 3},
            {"storage",
             {{"type", "PostgreSQL"},
              {"postgresql",
               {{"secretRef", named("db")}, {"caSecretRef", named("db-ca")}, {"port", database.port()}}}}},
            {"cache", {{"redis", {{"secretRef", named("redis")}, {"port", kRedisPort}}}}},
            {"resources",
             {{"requests", {{"cpu", "10m"}, {"memory", "32Mi"}}}, {"limits", {{"memory", "256Mi"}}}}}}}};
}

}  // namespace

TEST_CASE("on PostgreSQL no read fails and no acknowledged write is lost, whatever goes and comes back") {
  NodeDatabase database;
  const Background redis(
      Cluster::get().inside({"redis-server", "--bind", kNodeAddress, "--port", std::to_string(kRedisPort),
                             "--protected-mode", "no", "--save", ""}));
  const TestNamespace ns("database");
  ns.apply(secret("db", {{"uri", database.url()}}));
  ns.apply(secret("db-ca", {{"ca.crt", database.authority()}}));
  ns.apply(
      secret("redis", {{"uri", std::string("redis://") + kNodeAddress + ":" + std::to_string(kRedisPort)}}));
  ns.apply(registry_on(database));
  ns.apply(mcptool("weather"));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.wait_ready(kMcpTool, "weather");
  ns.wait_replicas(3);
  CHECK_FALSE(ns.find(kClaim, "mcp-registry-data"));

  Load load(ns);
  for (const Json& pod : ns.pods_of("mcp-registry")) {
    ns.remove(kPod, pod.at("metadata").at("name"));
    wait_until("another pod has taken its place", [&]() -> std::string {
      const auto pods = ns.pods_of("mcp-registry");
      for (const Json& each : pods)
        if (each.at("metadata").at("name") == pod.at("metadata").at("name")) return "it is still there";
      return pods.size() == 3 ? "" : std::to_string(pods.size()) + " pods";
    });
    ns.wait_replicas(3);
  }
  // A rolling update.
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"config", {{"logLevel", "debug"}}}}}});
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  // Reads go on from memory while the database is away.
  database.kill();
  const int reads = load.reads();
  wait_until("it is read while the database is away",
             [&]() -> std::string { return load.reads() > reads + 20 ? "" : std::to_string(load.reads()); });
  database.start();
  wait_until("writes go on", [&]() -> std::string {
    const Answer answer =
        ns.http("POST", "/api/v1/tools",
                {{"name", "after"}, {"version", "1.0.0"}, {"inputSchema", {{"type", "object"}}}});
    return answer.ok() ? "" : answer.explain();
  });
  load.stop();

  MESSAGE(load.reads() << " reads, " << load.acknowledged().size() << " writes acknowledged");
  CHECK_MESSAGE(load.failed_reads().empty(), load.failed_reads());
  CHECK(load.acknowledged().size() > 20);
  for (const std::string& name : load.acknowledged()) {
    const Answer answer = ns.http("GET", "/api/v1/tools/" + name);
    CHECK_MESSAGE(answer.ok(), name << ": " << answer.explain());
  }
}
