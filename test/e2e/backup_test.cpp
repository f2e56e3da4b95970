// Backups of a Registry, on a volume and in a bucket, and what a Registry is that is restored from
// one after everything else is gone.
#include <doctest/doctest.h>

#include <string>

#include "test/e2e/harness/node_s3.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

constexpr const char* kBackup = "nightly";

Json claim(const std::string& name) {
  return {{"apiVersion", "v1"},
          {"kind", "PersistentVolumeClaim"},
          {"metadata", {{"name", name}}},
          {"spec",
           {{"accessModes", Json::array({"ReadWriteOnce"})},
            {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}};
}

Json backup_to(const Json& destination) {
  return {{"apiVersion", "mcpregistry.dev/v1alpha1"},
          {"kind", "RegistryBackup"},
          {"metadata", {{"name", kBackup}}},
          {"spec", {{"registryRef", {{"name", "mcp-registry"}}}, {"destination", destination}}}};
}

void post(const TestNamespace& ns, const std::string& name, const std::string& version) {
  const Answer answer = ns.http("POST", "/api/v1/tools",
                                {{"name", name},
                                 {"version", version},
                                 {"description", "Version " + version},
                                 {"inputSchema", {{"type", "object"}}}});
  REQUIRE_MESSAGE(answer.ok(), answer.explain());
}

// Tools of several versions, one deprecated, one of which a version is withdrawn, and one that is
// withdrawn as a whole.
void fill(const TestNamespace& ns) {
  for (const char* name : {"clock.now", "weather.forecast", "mail.send", "gone.tool"})
    for (const char* version : {"1.0.0", "1.1.0", "2.0.0-rc.1"}) post(ns, name, version);
  REQUIRE(ns.http("PATCH", "/api/v1/tools/clock.now",
                  {{"status", "deprecated"}, {"statusMessage", "Use time.now"}})
              .ok());
  REQUIRE(ns.http("DELETE", "/api/v1/tools/mail.send/versions/1.1.0").ok());
  REQUIRE(ns.http("DELETE", "/api/v1/tools/gone.tool").ok());
}

Json read(const TestNamespace& ns, const std::string& path) {
  const Answer answer = ns.http("GET", path);
  REQUIRE_MESSAGE(answer.ok(), path << ": " << answer.explain());
  return answer.json();
}

// Every tool, version, state and time, the withdrawn ones included.
Json everything(const TestNamespace& ns) {
  const Json list = read(ns, "/api/v1/tools?limit=100&withdrawn=true&updated_since=2020-01-01T00:00:00Z");
  Json all = {{"tools", list.at("tools")}};
  for (const Json& tool : list.at("tools")) {
    if (tool.value("status", "") == "withdrawn") continue;
    const std::string name = tool.at("name");
    const Json versions = read(ns, "/api/v1/tools/" + name + "/versions?withdrawn=true");
    all["versions"][name] = versions;
    for (const Json& each : versions.at("versions")) {
      const std::string version = each.at("version");
      const Answer answer = ns.http("GET", "/api/v1/tools/" + name + "?version=" + version);
      all["documents"][name][version] = answer.ok() ? answer.json() : Json(answer.status);
    }
  }
  return all;
}

// Backs up, loses everything but the backup, and restores.
void check_round_trip(const TestNamespace& ns, const Json& destination) {
  ns.apply(registry("mcp-registry", {{"storage", {{"retain", false}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  fill(ns);
  const Json before = everything(ns);
  CHECK(before.at("tools").size() == 4);

  ns.apply(backup_to(destination));
  ns.wait_condition(kRegistryBackup, kBackup, "Complete", "True", "Completed", Seconds(180));
  const Json status = ns.get(kRegistryBackup, kBackup).at("status");
  CHECK(status.at("bytes").get<int>() > 0);
  CHECK(status.at("sha256").get<std::string>().size() == 64);

  ns.remove(kRegistry, "mcp-registry");
  ns.wait_gone(kRegistry, "mcp-registry");
  ns.wait_gone(kClaim, "mcp-registry-data", Seconds(120));

  ns.apply(registry("mcp-registry", {{"restoreFrom", {{"backupRef", {{"name", kBackup}}}}}}));
  ns.wait_condition(kRegistry, "mcp-registry", "Restored", "True", "Restored", Seconds(180));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  CHECK(everything(ns) == before);

  // It is deleted with what it wrote, and the registry does without.
  ns.remove(kRegistryBackup, kBackup);
  ns.wait_gone(kRegistryBackup, kBackup, Seconds(180));
  post(ns, "written.after", "1.0.0");
}

}  // namespace

TEST_CASE("a Registry that is restored from a volume has every tool, version, status and time") {
  const TestNamespace ns("backup");
  ns.apply(claim("backups"));
  check_round_trip(ns, {{"claim", {{"name", "backups"}, {"path", "mcp/registry"}}}});
}

TEST_CASE("a Registry that is restored from a bucket has every tool, version, status and time") {
  const NodeS3 s3;
  const TestNamespace ns("bucket");
  ns.apply({{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"metadata", {{"name", "s3"}}},
            {"stringData",
             {{"accessKeyId", NodeS3::kAccessKeyId}, {"secretAccessKey", NodeS3::kSecretAccessKey}}}});
  check_round_trip(ns, {{"s3",
                         {{"endpoint", s3.endpoint()},
                          {"bucket", "backups"},
                          {"prefix", "mcp/registry"},
                          {"pathStyle", true},
                          {"secretRef", {{"name", "s3"}}}}}});
}
