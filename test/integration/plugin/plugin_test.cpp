// kubectl-mcp with a real kubectl against a real API server. No operator runs: what it would say in
// a status, the tests say.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "test/e2e/harness/process.hpp"
#include "test/integration/crds/install.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/integration/kube/kubectl.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

namespace {

// A namespace with a Registry "main" and an MCPTool "weather" that has a tool held.
class Team {
 public:
  Team() {
    test::install("registries", test::definition("registries"));
    test::install("mcptools", test::definition("mcptools"));
    put(registry_type(), "main", Json::object());
    put(mcptool_type(), "weather",
        {{"registryRef", {{"name", "main"}}}, {"server", {{"remote", {{"url", "http://weather/mcp"}}}}}});
    say_ready("True");
    say_of_tool({{"held", 1},
                 {"offeredDigest", "sha256:0ffe"},
                 {"tools", Json::array({{{"name", "weather.now"},
                                         {"state", "Held"},
                                         {"reason", "New"},
                                         {"message", "it is not approved"}}})}});
  }

  void say_ready(const std::string& status) const {
    say(registry_type(), "main",
        {{"conditions", Json::array({{{"type", "Ready"},
                                      {"status", status},
                                      {"reason", "Serving"},
                                      {"message", "of the test"},
                                      {"lastTransitionTime", "2026-01-01T00:00:00Z"}}})}});
  }
  void say_of_tool(const Json& status) const { say(mcptool_type(), "weather", status); }

  std::string annotation(const kube::ResourceType& type, const std::string& name,
                         const char* annotation) const {
    const auto object = test::client()->get(Context{}, type, {space_.name(), name});
    REQUIRE_MESSAGE(object.ok(), object.status());
    return object->meta().annotations.get(annotation).value_or("");
  }

  e2e::Output run(std::vector<std::string> words, const std::string& input = "") const {
    words.insert(words.begin(), {TOOLHIVE_BIN_DIR "/kubectl-mcp", "--namespace=" + space_.name()});
    return e2e::run({.argv = words, .input = input, .env = {{"KUBECTL", test::kubectl()}}});
  }

  const std::string& name() const { return space_.name(); }

  void put(const kube::ResourceType& type, const std::string& name, const Json& spec) const {
    const Json object = {{"metadata", {{"namespace", space_.name()}, {"name", name}}}, {"spec", spec}};
    const auto applied = test::client()->apply(Context{}, type, object, {.field_manager = "test"});
    REQUIRE_MESSAGE(applied.ok(), applied.status());
  }

 private:
  void say(const kube::ResourceType& type, const std::string& name, const Json& status) const {
    const Json object = {{"metadata", {{"namespace", space_.name()}, {"name", name}}}, {"status", status}};
    const auto applied = test::client()->apply(Context{}, type, object,
                                               {.field_manager = "operator", .subresource = "status"});
    REQUIRE_MESSAGE(applied.ok(), applied.status());
  }

  test::Namespace space_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("kubectl mcp status tells by its exit code whether the registry is ready") {
  const Team team;
  const e2e::Output ready = team.run({"status", "main"});
  CHECK_MESSAGE(ready.ok(), ready.explain());
  CHECK_MESSAGE(has(ready.out, "Registry " + team.name() + "/main  Ready  Serving: of the test"),
                ready.explain());
  CHECK_MESSAGE(has(ready.out, "weather.now"), ready.explain());
  CHECK_MESSAGE(!has(ready.out, "not read"), ready.explain());
  team.say_ready("False");
  CHECK(team.run({"status", "main"}).code == 1);
  const Json document = Json::parse(team.run({"status", "-o", "json"}).out);
  CHECK(document.at("registries").at(0).at("ready") == false);
  const e2e::Output unknown = team.run({"status", "nobody"});
  CHECK(unknown.code == 1);
  CHECK_MESSAGE(has(unknown.err, "\"nobody\" not found; look at the name"), unknown.explain());
}

TEST_CASE("kubectl mcp approve approves what it showed, and nothing without a yes") {
  const Team team;
  CHECK(team.run({"approve", "weather"}, "n\n").code == 1);
  CHECK(team.annotation(mcptool_type(), "weather", "mcpregistry.dev/approve").empty());
  CHECK(team.run({"approve", "weather", "--yes", "--digest", "sha256:other"}).code == 1);
  CHECK(team.annotation(mcptool_type(), "weather", "mcpregistry.dev/approve").empty());
  const e2e::Output approved = team.run({"approve", "weather"}, "y\n");
  CHECK_MESSAGE(approved.ok(), approved.explain());
  CHECK_MESSAGE(has(approved.out, "weather.now"), approved.explain());
  CHECK(team.annotation(mcptool_type(), "weather", "mcpregistry.dev/approve") == "sha256:0ffe");
}

TEST_CASE("kubectl mcp hibernate sets and removes the annotation") {
  const Team team;
  CHECK(team.run({"hibernate", "main", "on"}).ok());
  CHECK(team.annotation(registry_type(), "main", "mcpregistry.dev/hibernation") == "on");
  CHECK(team.run({"hibernate", "main", "off"}).ok());
  CHECK(team.annotation(registry_type(), "main", "mcpregistry.dev/hibernation").empty());
  CHECK(team.run({"hibernate", "nobody", "on"}).code == 1);
}

TEST_CASE("kubectl mcp report holds the objects and nothing that was planted as a secret") {
  const Team team;
  const Json header = {{"name", "X-Api"}, {"value", "planted-1"}};
  team.put(mcptool_type(), "remote",
           {{"registryRef", {{"name", "main"}}},
            {"server", {{"remote", {{"url", "http://remote/mcp?token=planted-2"}, {"headers", {header}}}}}}});
  const Json secret = {{"metadata", {{"namespace", team.name()}, {"name", "hidden"}}},
                       {"stringData", {{"password", "planted-3"}}}};
  REQUIRE(test::client()->apply(Context{}, test::kSecret, secret).ok());
  const Json labelled = {{"metadata",
                          {{"namespace", team.name()},
                           {"name", "settings"},
                           {"labels", {{"app.kubernetes.io/managed-by", "toolhive-operator"}}}}},
                         {"data", {{"registry.json", R"({"database": {"password": "planted-4"}})"}}}};
  REQUIRE(test::client()->apply(Context{}, test::kConfigMap, labelled).ok());

  const test::TemporaryFolder folder;
  const std::string archive = folder.path("report.zip");
  const e2e::Output report = team.run({"report", "--output", archive});
  REQUIRE_MESSAGE(report.ok(), report.explain());
  const e2e::Output content =
      e2e::run({.argv = {"/usr/bin/python3", "-c",
                         "import sys, zipfile\n"
                         "with zipfile.ZipFile(sys.argv[1]) as z:\n"
                         "  for name in z.namelist(): print(name, z.read(name).decode())",
                         archive}});
  REQUIRE_MESSAGE(content.ok(), content.explain());
  CHECK_MESSAGE(has(content.out, "http://remote/mcp?token=[redacted]"), content.out);
  CHECK(has(content.out, "objects/configmaps.json"));
  CHECK(has(content.out, "Everything could be read."));
  CHECK_MESSAGE(!has(content.out, "planted"), content.out);
}

TEST_CASE("what kubectl mcp install generate prints is what the API server takes") {
  const e2e::Output printed = e2e::run({.argv = {TOOLHIVE_BIN_DIR "/kubectl-mcp", "install", "generate"}});
  REQUIRE_MESSAGE(printed.ok(), printed.explain());
  CHECK(printed.out == test::project_file("manifests/install.yaml"));
}

// A sanitizer's library is no static one.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("kubectl-mcp needs no library of its surroundings, and is small") {
  const e2e::Output needs = e2e::run({.argv = {"ldd", TOOLHIVE_BIN_DIR "/kubectl-mcp"}});
  CHECK_MESSAGE(has(needs.out + needs.err, "not a dynamic executable"), needs.explain());
  CHECK(std::filesystem::file_size(TOOLHIVE_BIN_DIR "/kubectl-mcp") < 4 << 20);
}
#endif
