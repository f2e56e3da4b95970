// Reads and writes of single objects.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

using kube::Object;
using test::config_map;
using test::kConfigMap;
using test::kDeployment;

TEST_CASE("an object is created, read, updated, patched and deleted") {
  const test::Namespace ns;
  const auto client = test::client();
  const kube::Key key{ns.name(), "one"};

  const StatusOr<Object> made = client->create(Context{}, kConfigMap, config_map(ns.name(), "one", "a"));
  REQUIRE_MESSAGE(made.ok(), made.status());
  CHECK(made->key() == key);
  CHECK(made->bytes().find("managedFields") == std::string_view::npos);

  const Status again = client->create(Context{}, kConfigMap, config_map(ns.name(), "one", "a")).status();
  CHECK(again.code() == Code::AlreadyExists);
  CHECK(again.http_status() == 409);

  Json changed = client->get(Context{}, kConfigMap, key)->json();
  changed["data"]["value"] = "b";
  REQUIRE(client->update(Context{}, kConfigMap, changed).ok());
  const Status stale = client->update(Context{}, kConfigMap, changed).status();
  CHECK(stale.code() == Code::Conflict);
  CHECK(stale.reason() == "Conflict");

  const StatusOr<Object> merged = client->patch(Context{}, kConfigMap, key, kube::PatchType::MergePatch,
                                                {{"metadata", {{"labels", {{"x", "y"}}}}}});
  REQUIRE_MESSAGE(merged.ok(), merged.status());
  CHECK(merged->meta().labels.get("x") == "y");
  const Json test_fails = Json::array({{{"op", "test"}, {"path", "/data/value"}, {"value", "other"}}});
  CHECK(client->patch(Context{}, kConfigMap, key, kube::PatchType::JsonPatch, test_fails).status().code() ==
        Code::Invalid);

  CHECK(client->remove(Context{}, kConfigMap, key, {.uid = "00000000-0000-0000-0000-000000000000"}).code() ==
        Code::Conflict);
  CHECK(client->remove(Context{}, kConfigMap, key, {.resource_version = "1"}).code() == Code::Conflict);
  CHECK(client->remove(Context{}, kConfigMap, key, {.uid = std::string(made->meta().uid)}).ok());
  CHECK(client->remove(Context{}, kConfigMap, key).code() == Code::NotFound);
  const Status gone = client->get(Context{}, kConfigMap, key).status();
  CHECK(gone.code() == Code::NotFound);
  CHECK(gone.message() == "get configmaps " + key.to_string() + ": configmaps \"one\" not found");
}

TEST_CASE("applying an intent twice writes once, and leaves what others own") {
  const test::Namespace ns;
  const auto client = test::client();
  const Json intent = {{"metadata", {{"namespace", ns.name()}, {"name", "web"}, {"labels", {{"mine", "1"}}}}},
                       {"spec",
                        {{"replicas", 0},
                         {"selector", {{"matchLabels", {{"app", "web"}}}}},
                         {"template",
                          {{"metadata", {{"labels", {{"app", "web"}}}}},
                           {"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "none"}}})}}}}}}}};
  const StatusOr<Object> first = client->apply(Context{}, kDeployment, intent);
  REQUIRE_MESSAGE(first.ok(), first.status());
  REQUIRE(client
              ->patch(Context{}, kDeployment, first->key(), kube::PatchType::MergePatch,
                      {{"metadata", {{"labels", {{"theirs", "2"}}}}}}, {.field_manager = "someone"})
              .ok());
  // The deployment controller writes to the object as well, until it has nothing left to say: then
  // two applies in a row leave the version as it is, which they never would if each of them wrote.
  const Context limit = Context{}.with_timeout(std::chrono::seconds(20));
  StatusOr<Object> second = client->apply(limit, kDeployment, intent);
  StatusOr<Object> third = client->apply(limit, kDeployment, intent);
  while (third.ok() && second->meta().resource_version != third->meta().resource_version) {
    REQUIRE(sleep_for(limit.clock, std::chrono::milliseconds(20), {}));
    second = std::move(third);
    third = client->apply(limit, kDeployment, intent);
  }
  REQUIRE_MESSAGE(third.ok(), third.status());
  CHECK(third->meta().labels.get("theirs") == "2");
  CHECK(third->meta().generation == 1);
}

TEST_CASE("status is written apart from the spec") {
  const test::Namespace ns;
  const auto client = test::client();
  const Json intent = {{"metadata", {{"name", ns.name()}}}, {"status", {{"phase", "Active"}}}};
  const StatusOr<Object> applied =
      client->apply(Context{}, test::kNamespace, intent, {.subresource = "status"});
  REQUIRE_MESSAGE(applied.ok(), applied.status());
  CHECK(applied->json()["status"]["phase"] == "Active");
}

TEST_CASE("a refused object names the fields that are wrong") {
  const test::Namespace ns;
  Json wrong = config_map(ns.name(), "Not_A_Name", "x");
  const Status status = test::client()->create(Context{}, kConfigMap, wrong).status();
  CHECK(status.code() == Code::Invalid);
  CHECK(status.http_status() == 422);
  CHECK(status.message().find("metadata.name") != std::string::npos);
}

TEST_CASE("a dry run changes nothing") {
  const test::Namespace ns;
  const auto client = test::client();
  REQUIRE(client->apply(Context{}, kConfigMap, config_map(ns.name(), "dry", "x"), {.dry_run = true}).ok());
  CHECK(client->get(Context{}, kConfigMap, {ns.name(), "dry"}).status().code() == Code::NotFound);
}

TEST_CASE("a list follows its pages and is one consistent whole") {
  const test::Namespace ns;
  const auto client = test::client();
  for (int i = 0; i < 25; ++i) {
    Json document = config_map(ns.name(), "cm-" + std::to_string(i), "x");
    document["metadata"]["labels"] = {{"parity", i % 2 == 0 ? "even" : "odd"}};
    REQUIRE(client->create(Context{}, kConfigMap, document).ok());
  }
  const StatusOr<kube::ObjectList> list = client->list(
      Context{}, kConfigMap, {.ns = ns.name(), .label_selector = "parity in (even,odd)", .limit = 7});
  REQUIRE_MESSAGE(list.ok(), list.status());
  CHECK(list->undecodable.empty());
  CHECK_FALSE(list->resource_version.empty());
  std::set<std::string> names;
  for (const Object& object : list->items) {
    names.emplace(object.meta().name);
    CHECK(object.kind() == "ConfigMap");
    CHECK(object.api_version() == "v1");
    CHECK(object.json()["kind"] == "ConfigMap");
  }
  CHECK(names.size() == 25);
  CHECK(list->items.size() == 25);
  CHECK(
      client->list(Context{}, kConfigMap, {.ns = ns.name(), .label_selector = "parity=even"})->items.size() ==
      13);
  CHECK(client->list(Context{}, kConfigMap, {.ns = ns.name(), .field_selector = "metadata.name=cm-3"})
            ->items.size() == 1);
}

TEST_CASE("a resource that the server does not have is NotFound") {
  const kube::ResourceType widget{"example.dev", "v1", "Widget", "widgets"};
  CHECK(test::client()->list(Context{}, widget, {.ns = "default"}).status().code() == Code::NotFound);
}
