#include <doctest/doctest.h>

#include "controller/plugin/backup_manifest.hpp"
#include "test/unit/plugin/objects.hpp"
#include "test/unit/plugin/scripted_kubectl.hpp"

using namespace toolhive;
using namespace toolhive::plugin;

namespace {

Json backup(const std::string& status, const std::string& reason) {
  Json object = test::object("RegistryBackup", "main-1");
  object["status"] = {{"conditions", Json::array({test::condition("Complete", status, reason, "so it is")})},
                      {"tools", 3},
                      {"servers", 1},
                      {"bytes", 4096},
                      {"location", "file:///backups/main-1"}};
  return object;
}

}  // namespace

TEST_CASE("a backup goes to a claim, with what was wished beside it") {
  const auto manifest = backup_manifest({.registry = "main",
                                         .name = "main-1",
                                         .destination = {.claim = "backups", .path = "main"},
                                         .retain = true,
                                         .deadline_seconds = 60});
  REQUIRE_MESSAGE(manifest.ok(), manifest.status());
  CHECK(*manifest == Json::parse(R"({"apiVersion": "mcpregistry.dev/v1alpha1", "kind": "RegistryBackup",
    "metadata": {"name": "main-1"}, "spec": {"registryRef": {"name": "main"}, "deletionPolicy": "Retain",
    "deadlineSeconds": 60, "destination": {"claim": {"name": "backups", "path": "main"}}}})"));
}

TEST_CASE("a backup goes to a bucket, with a Secret that is only named") {
  const auto manifest = backup_manifest({.registry = "main",
                                         .name = "main-1",
                                         .destination = {.path = "p",
                                                         .endpoint = "https://s3",
                                                         .bucket = "b",
                                                         .region = "r",
                                                         .secret = "s",
                                                         .path_style = true}});
  REQUIRE_MESSAGE(manifest.ok(), manifest.status());
  CHECK(manifest->at("spec").at("destination") ==
        Json::parse(R"({"s3": {"endpoint": "https://s3", "bucket": "b",
    "prefix": "p", "region": "r", "pathStyle": true, "secretRef": {"name": "s"}}})"));
  CHECK_FALSE(manifest->at("spec").contains("deletionPolicy"));
}

TEST_CASE("a backup by VolumeSnapshot has no destination, and a class where one is wished") {
  const auto manifest = backup_manifest(
      {.registry = "main", .name = "main-1", .method = "VolumeSnapshot", .snapshot_class = "fast"});
  REQUIRE_MESSAGE(manifest.ok(), manifest.status());
  CHECK(manifest->at("spec") == Json::parse(R"({"registryRef": {"name": "main"}, "method": "VolumeSnapshot",
    "snapshotClassName": "fast"})"));
  CHECK(backup_manifest({.registry = "main", .method = "Export", .destination = {.claim = "c"}})
            ->at("spec")
            .at("method") == "Export");
}

TEST_CASE("a destination is for an Export, and a class for a VolumeSnapshot") {
  for (const Destination& destination :
       {Destination{.claim = "c"}, Destination{.path = "p"}, Destination{.endpoint = "e"},
        Destination{.bucket = "b"}, Destination{.region = "r"}, Destination{.secret = "s"},
        Destination{.path_style = true}})
    CHECK(backup_manifest({.registry = "main", .method = "VolumeSnapshot", .destination = destination})
              .status()
              .code() == Code::Invalid);
  CHECK(backup_manifest({.registry = "main", .snapshot_class = "fast", .destination = {.claim = "c"}})
            .status()
            .code() == Code::Invalid);
}

TEST_CASE("a backup without a destination, with two, or with half a bucket is refused") {
  const auto refused = [](const Destination& destination) {
    return backup_manifest({.registry = "main", .name = "x", .destination = destination}).status().code() ==
           Code::Invalid;
  };
  CHECK(refused({}));
  CHECK(refused({.claim = "c", .endpoint = "https://s3", .bucket = "b", .secret = "s"}));
  CHECK(refused({.endpoint = "https://s3", .bucket = "b"}));
}

TEST_CASE("backup makes a RegistryBackup named after the time and waits until it is complete") {
  test::ScriptedKubectl kubectl;
  kubectl.answer("create -f -", "created");
  kubectl.answer_once("get registrybackups.mcpregistry.dev main-20260102000000",
                      backup("Unknown", "Running"));
  kubectl.answer("get registrybackups.mcpregistry.dev main-20260102000000", backup("True", "Verified"));
  CHECK(kubectl.run({"backup", "main", "--claim", "backups"}) == 0);
  REQUIRE(kubectl.inputs.size() == 1);
  CHECK(Json::parse(kubectl.inputs[0]).at("spec").at("destination").at("claim").at("name") == "backups");
  CHECK(kubectl.out.str() == "main-1: 3 tools, 1 servers, 4096 bytes, file:///backups/main-1\n");
}

TEST_CASE("backup by VolumeSnapshot tells what is known of it, and refuses a method that there is not") {
  test::ScriptedKubectl kubectl;
  kubectl.answer("create -f -", "created");
  Json taken = backup("True", "Completed");
  taken["status"].update({{"location", "volumesnapshot://main-1"}});
  taken["status"].erase("tools");
  taken["status"].erase("servers");
  kubectl.answer("get registrybackups.mcpregistry.dev main-1", taken);
  CHECK(kubectl.run({"backup", "main", "--name", "main-1", "--method", "VolumeSnapshot"}) == 0);
  REQUIRE(kubectl.inputs.size() == 1);
  CHECK(Json::parse(kubectl.inputs[0]).at("spec").at("method") == "VolumeSnapshot");
  CHECK(kubectl.out.str() == "main-1: 4096 bytes, volumesnapshot://main-1\n");
  CHECK(kubectl.run({"backup", "main", "--method", "Copy"}) == 2);
  CHECK(kubectl.inputs.size() == 1);
}

TEST_CASE("backup ends with 1 and the cause when it fails, and makes nothing without a destination") {
  test::ScriptedKubectl kubectl;
  kubectl.answer("create -f -", "created");
  kubectl.answer("get registrybackups.mcpregistry.dev mine", backup("False", "ClaimFull"));
  CHECK(kubectl.run({"backup", "main", "--name", "mine", "--claim", "backups"}) == 1);
  CHECK(kubectl.err.str().find("the backup failed: ClaimFull: so it is") != std::string::npos);
  CHECK(kubectl.run({"backup", "main"}) == 1);
  CHECK(kubectl.inputs.size() == 1);
}
