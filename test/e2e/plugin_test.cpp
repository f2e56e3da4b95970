// kubectl-mcp beside a real operator and a real registry.
#include <doctest/doctest.h>

#include <cstdio>

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

}  // namespace
