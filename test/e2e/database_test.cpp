// A Registry with three replicas on PostgreSQL and Redis: what is lost when its pods and its database
// go, while it is read and written.
#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

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

// Reads and writes without a pause, each request on a connection of its own, until it goes.
class Load {
 public:
  explicit Load(const TestNamespace& ns)
      : ns_(ns), reader_([this] { read(); }), writer_([this] { write(); }) {}
  ~Load() { stop(); }

  void stop() {
    stopping_ = true;
    if (reader_.joinable()) reader_.join();
    if (writer_.joinable()) writer_.join();
  }
  // Names whose registration was acknowledged.
  std::vector<std::string> acknowledged() const { return acknowledged_; }
  int reads() const { return reads_; }
  std::string failed_reads() const {
    const std::lock_guard lock(mutex_);
    return failed_reads_;
  }

 private:
  void read() {
    while (!stopping_) {
      const Answer answer = ns_.http("GET", "/api/v1/tools?limit=5");
      ++reads_;
      if (answer.ok()) continue;
      const std::lock_guard lock(mutex_);
      failed_reads_ += "read " + std::to_string(reads_) + ": " + answer.explain() + "\n";
    }
  }
  void write() {
    for (int i = 0; !stopping_; ++i) {
      const std::string name = "load." + std::to_string(i);
      const Answer answer =
          ns_.http("POST", "/api/v1/tools",
                   {{"name", name}, {"version", "1.0.0"}, {"inputSchema", {{"type", "object"}}}});
      if (answer.ok()) acknowledged_.push_back(name);
    }
  }

  const TestNamespace& ns_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> reads_ = 0;
  mutable std::mutex mutex_;
  std::string failed_reads_;               // guarded by mutex_
  std::vector<std::string> acknowledged_;  // the writer's, until it has stopped
  std::thread reader_;
  std::thread writer_;
};

void wait_serving(const TestNamespace& ns, int pods) {
  wait_until("three replicas serve", [&]() -> std::string {
    const Json status = ns.get(kRegistry, "mcp-registry").value("status", Json::object());
    return status.value("readyReplicas", 0) == pods ? "" : status.dump();
  });
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
  wait_serving(ns, 3);
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
    wait_serving(ns, 3);
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
