// Backups of a Registry, on a volume and in a bucket, and what a Registry is that is restored from
// one after everything else is gone.
#include <doctest/doctest.h>

#include <string>

#include "test/e2e/harness/everything.hpp"
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

// Backs up, loses everything but the backup, and restores.
void check_round_trip(const TestNamespace& ns, const Json& destination) {
  ns.apply(registry("mcp-registry", {{"storage", {{"retain", false}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  register_everything(ns);
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

TEST_CASE("a schedule makes backups, and deletes those that it is not to keep") {
  const TestNamespace ns("schedule");
  ns.apply(claim("backups"));
  const Json destination = {{"claim", {{"name", "backups"}}}};
  ns.apply(registry(
      "mcp-registry",
      {{"backup", {{"schedule", "* * * * *"}, {"destination", destination}, {"retention", {{"keep", 1}}}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  std::string first;
  wait_until(
      "a backup is complete",
      [&]() -> std::string {
        const auto backups = Cluster::get().list(kRegistryBackup, ns.name());
        for (const Json& each : backups) {
          if (condition(each, "Complete").status != "True") continue;
          first = each.at("metadata").at("name");
          return {};
        }
        return Json(backups).dump();
      },
      Seconds(180));
  ns.wait_gone(kRegistryBackup, first, Seconds(180));
  CHECK(condition(ns.get(kRegistry, "mcp-registry"), "BackupHealthy").status == "True");
}
