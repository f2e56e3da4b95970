#include <doctest/doctest.h>

#include "controller/plugin/restore_manifest.hpp"
#include "test/unit/plugin/objects.hpp"
#include "test/unit/plugin/scripted_kubectl.hpp"

using namespace toolhive;
using namespace toolhive::plugin;

namespace {

constexpr const char* kGetBackup = "get registrybackups.mcpregistry.dev main-1";

Json backup_of_main() {
  Json object = test::object("RegistryBackup", "main-1");
  object["spec"] = {{"registryRef", {{"name", "main"}}}};
  return object;
}

Json registry_with(const std::string& name, const Json& spec, const Json& conditions = Json::array()) {
  Json object = test::object("Registry", name);
  object["spec"] = spec;
  object["status"] = {{"conditions", conditions}};
  return object;
}

Json restoring(const std::string& restored, const std::string& ready) {
  return registry_with("again", Json::object(),
                       Json::array({test::condition("Accepted", "True", "Accepted", ""),
                                    test::condition("Restored", restored, "Why", "so it is"),
                                    test::condition("Ready", ready, "Why", "soon")}));
}

}  // namespace

TEST_CASE("what is restored is as its source is, but for what only one can have") {
  const Json source =
      registry_with("main", Json::parse(R"({"replicas": 1, "storage": {"size": "5Gi", "existingClaim": "old"},
    "exposure": {"type": "Route", "host": "mcp.example.com"}, "backup": {"schedule": "@daily"},
    "restoreFrom": {"backupRef": {"name": "older"}}})"));
  const auto manifest =
      restore_manifest({.backup = "main-1", .registry = "again", .at = "2026-01-02T03:04:05Z"}, source);
  REQUIRE_MESSAGE(manifest.ok(), manifest.status());
  CHECK(*manifest == Json::parse(R"({"apiVersion": "mcpregistry.dev/v1alpha1", "kind": "Registry",
    "metadata": {"name": "again"}, "spec": {"replicas": 1, "storage": {"size": "5Gi"},
    "exposure": {"type": "Route"}, "restoreFrom": {"backupRef": {"name": "main-1"}, "at": "2026-01-02T03:04:05Z"}}})"));
}

TEST_CASE("a registry on a database is restored into another one, which must be named") {
  const Json source = registry_with("main", Json::parse(R"({"replicas": 2, "storage": {"type": "PostgreSQL",
    "postgresql": {"secretRef": {"name": "mine"}, "caSecretRef": {"name": "ca"}}}})"));
  RestoreWishes wishes{.backup = "main-1", .registry = "again"};
  CHECK(restore_manifest(wishes, source).status().code() == Code::Invalid);
  wishes.database_secret = "empty";
  const auto manifest = restore_manifest(wishes, source);
  REQUIRE_MESSAGE(manifest.ok(), manifest.status());
  CHECK(manifest->at("spec").at("storage") == Json::parse(R"({"type": "PostgreSQL",
    "postgresql": {"secretRef": {"name": "empty"}, "caSecretRef": {"name": "ca"}}})"));
}

TEST_CASE("restore makes a Registry and waits until it is restored and serves") {
  test::ScriptedKubectl kubectl;
  kubectl.answer(kGetBackup, backup_of_main());
  kubectl.answer("get registries.mcpregistry.dev main", registry_with("main", {{"replicas", 1}}));
  kubectl.answer("create -f -", "created");
  kubectl.answer_once("get registries.mcpregistry.dev again", registry_with("again", Json::object()));
  kubectl.answer_once("get registries.mcpregistry.dev again", restoring("Unknown", "Unknown"));
  kubectl.answer_once("get registries.mcpregistry.dev again", restoring("True", "Unknown"));
  kubectl.answer("get registries.mcpregistry.dev again", restoring("True", "True"));
  CHECK(kubectl.run({"restore", "main-1", "again"}) == 0);
  REQUIRE(kubectl.inputs.size() == 1);
  const Json made = Json::parse(kubectl.inputs[0]);
  CHECK(made.at("spec").at("replicas") == 1);
  CHECK(made.at("spec").at("restoreFrom").at("backupRef").at("name") == "main-1");
  CHECK(kubectl.out.str() == "again: so it is\n");
}

TEST_CASE("a backup whose Registry is gone is restored with the defaults of a new one") {
  test::ScriptedKubectl kubectl;
  kubectl.answer(kGetBackup, backup_of_main());
  kubectl.answer("create -f -", "created");
  kubectl.answer("get registries.mcpregistry.dev again", restoring("True", "True"));
  CHECK(kubectl.run({"restore", "main-1", "again"}) == 0);
  REQUIRE(kubectl.inputs.size() == 1);
  CHECK(Json::parse(kubectl.inputs[0]).at("spec") ==
        Json::parse(R"({"restoreFrom": {"backupRef": {"name": "main-1"}}})"));
  CHECK(kubectl.err.str().find("no Registry main any more") != std::string::npos);
}

TEST_CASE(
    "restore ends with 1 and the cause when it fails, and makes nothing of a backup that is not there") {
  test::ScriptedKubectl kubectl;
  CHECK(kubectl.run({"restore", "main-1", "again"}) == 1);
  CHECK(kubectl.inputs.empty());
  kubectl.answer(kGetBackup, backup_of_main());
  kubectl.answer("create -f -", "created");
  kubectl.answer("get registries.mcpregistry.dev again", restoring("False", "False"));
  CHECK(kubectl.run({"restore", "main-1", "again"}) == 1);
  CHECK(kubectl.err.str().find("again was not restored: Why: so it is") != std::string::npos);
}
