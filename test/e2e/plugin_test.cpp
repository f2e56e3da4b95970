// kubectl-mcp beside a real operator and a real registry.
#include <doctest/doctest.h>

#include <cstdio>
#include <future>

#include "test/e2e/harness/everything.hpp"
#include "test/e2e/harness/offered_api.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

Output plugin(const TestNamespace& ns, std::vector<std::string> words) {
  words.insert(words.begin(), {TOOLHIVE_BIN_DIR "/kubectl-mcp", "--namespace=" + ns.name()});
  return run({.argv = words, .env = {{"KUBECTL", Cluster::get().kubectl_program()}}});
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE(
    "kubectl mcp shows, compares, exports, reads logs of, backs up, restores and puts to sleep a registry") {
  const TestNamespace ns("plugin");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");

  const Output status = plugin(ns, {"status", "mcp-registry"});
  CHECK_MESSAGE(status.ok(), status.explain());
  for (const char* part : {"mcp-registry  Ready", "Deployment mcp-registry", "1 of 1 pods ready",
                           "Bound, 1Gi", "/weather  Ready"})
    CHECK_MESSAGE(has(status.out, part), status.explain());

  ns.patch(kMcpTool, "weather", {{"spec", {{"definition", {{"title", "Weather now"}}}}}});
  wait_until("the registry has two versions of the tool", [&]() -> std::string {
    const Answer versions = ns.http("GET", "/api/v1/tools/weather/versions");
    return versions.ok() && versions.json().at("versions").size() == 2 ? "" : versions.explain();
  });
  const Output diff = plugin(ns, {"diff", "weather"});
  CHECK_MESSAGE(diff.ok(), diff.explain());
  CHECK_MESSAGE(has(diff.out, "/title  review  changed"), diff.explain());

  const Output logs = plugin(ns, {"logs", "mcp-registry"});
  CHECK_MESSAGE(has(logs.out, "[pod/mcp-registry-"), logs.explain());

  const std::string file = "/tmp/" + ns.name() + ".jsonl";
  const Output exported = plugin(ns, {"export", "mcp-registry", file});
  CHECK_MESSAGE(exported.ok(), exported.explain());
  const Output lines = run({.argv = {"grep", "-c", "Weather", file}});
  CHECK_MESSAGE(lines.out == "2\n", lines.explain());
  std::remove(file.c_str());

  ns.apply({{"apiVersion", "v1"},
            {"kind", "PersistentVolumeClaim"},
            {"metadata", {{"name", "backups"}}},
            {"spec",
             {{"accessModes", Json::array({"ReadWriteOnce"})},
              {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}});
  const Output backup =
      plugin(ns, {"backup", "mcp-registry", "--name", "evening", "--claim", "backups", "--retain"});
  CHECK_MESSAGE(backup.ok(), backup.explain());
  const Output restored = plugin(ns, {"restore", "evening", "again"});
  CHECK_MESSAGE(restored.ok(), restored.explain());
  wait_until("the restored registry has both versions", [&]() -> std::string {
    const Answer versions = ns.http("GET", "/api/v1/tools/weather/versions", nullptr, "again");
    return versions.ok() && versions.json().at("versions").size() == 2 ? "" : versions.explain();
  });

  CHECK(plugin(ns, {"hibernate", "mcp-registry", "on"}).ok());
  ns.wait_condition(kRegistry, "mcp-registry", "Hibernated", "True");
  CHECK(plugin(ns, {"status", "mcp-registry"}).code == 1);
}

TEST_CASE(
    "kubectl mcp import brings into a registry on files that serves what it lacks, with times and managers, "
    "and names what it leaves out") {
  const TestNamespace from("import-from");
  const TestNamespace to("import-to");
  for (const TestNamespace* ns : {&from, &to}) ns->apply(registry());
  from.apply(mcptool("weather"));
  from.wait_ready(kMcpTool, "weather", Seconds(180));
  to.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  register_everything(from);
  const std::string file = "/tmp/" + from.name() + ".jsonl";
  const auto give = [&](std::vector<std::string> options) {
    const Output exported = plugin(from, {"export", "mcp-registry", file});
    REQUIRE_MESSAGE(exported.ok(), exported.explain());
    std::vector<std::string> words = {"import", "mcp-registry", file};
    words.insert(words.end(), options.begin(), options.end());
    Output output = plugin(to, words);
    std::remove(file.c_str());
    return output;
  };
  const Json pod = to.pods_of("mcp-registry").at(0).at("metadata").at("uid");

  const Output tried = give({"--dry-run"});
  CHECK_MESSAGE(tried.ok(), tried.explain());
  CHECK_MESSAGE(has(tried.out, " would be added, 0 there already, 0 refused"), tried.explain());
  CHECK(everything(to).at("tools").empty());

  const Output imported = give({});
  CHECK_MESSAGE(imported.ok(), imported.explain());
  CHECK_MESSAGE(has(imported.out, " added, 0 there already, 0 refused"), imported.explain());
  const Json all = everything(from);
  CHECK(all.at("tools").size() == 5);
  CHECK(everything(to) == all);
  const Json weather = to.http("GET", "/api/v1/tools/weather").json();
  REQUIRE(weather.contains("managedBy"));
  CHECK(weather.at("managedBy").at("namespace") == from.name());

  post(from, "late.tool", "1.0.0");
  post(from, "later.tool", "1.0.0");
  const Json other = {{"name", "late.tool"},
                      {"version", "1.0.0"},
                      {"description", "Of the registry itself"},
                      {"inputSchema", {{"type", "object"}}}};
  REQUIRE(to.http("POST", "/api/v1/tools", other).ok());
  const Output refused = give({});
  CHECK_MESSAGE(refused.code == 1, refused.explain());
  CHECK_MESSAGE(has(refused.out, "refused: version 1.0.0 of late.tool is known with other content"),
                refused.explain());
  CHECK_MESSAGE(has(refused.out, " 1 added, "), refused.explain());
  CHECK(to.http("GET", "/api/v1/tools/later.tool").ok());
  CHECK(to.http("GET", "/api/v1/tools/late.tool").json().at("description") == "Of the registry itself");
  post(to, "written.after", "1.0.0");
  CHECK(to.pods_of("mcp-registry").at(0).at("metadata").at("uid") == pod);
}

TEST_CASE(
    "kubectl mcp backup has a storage driver, whose part this test plays, make a snapshot, and waits for "
    "it" *
    doctest::test_suite("alone")) {
  constexpr Kind kVolumeSnapshot{"volumesnapshot", "/apis/snapshot.storage.k8s.io/v1", "volumesnapshots"};
  const TestNamespace ns("plugin-snapshot");
  const OfferedApi api({kSnapshotApi});
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  auto backing_up = std::async(std::launch::async, [&] {
    return plugin(ns, {"backup", "mcp-registry", "--name", "evening", "--method", "VolumeSnapshot",
                       "--snapshot-class", "fast"});
  });
  wait_until(
      "the VolumeSnapshot is there", [&] { return ns.find(kVolumeSnapshot, "evening") ? "" : "it is not"; },
      Seconds(50));
  const Json spec = ns.get(kVolumeSnapshot, "evening").at("spec");
  CHECK(spec.at("volumeSnapshotClassName") == "fast");
  CHECK(spec.at("source").at("persistentVolumeClaimName") == "mcp-registry-data");
  CHECK(backing_up.wait_for(Seconds(0)) == std::future_status::timeout);
  const Json taken = {{"readyToUse", true},
                      {"boundVolumeSnapshotContentName", "content-1"},
                      {"creationTime", "2026-01-01T00:00:00Z"},
                      {"restoreSize", "1Gi"}};
  ns.require_kubectl({"patch", "volumesnapshot", "evening", "--subresource=status", "--type=merge", "-p",
                      Json{{"status", taken}}.dump()});
  const Output backup = backing_up.get();
  CHECK_MESSAGE(backup.ok(), backup.explain());
  CHECK_MESSAGE(has(backup.out, "volumesnapshot://"), backup.explain());
  CHECK(condition(ns.get(kRegistryBackup, "evening"), "Complete").status == "True");
}

}  // namespace
