// Informers of a real API server: of metadata alone, and such as come and go.
#include "controller/runtime/cache/cache.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using test::eventually;
using test::kConfigMap;

TEST_SUITE_BEGIN("cache");

TEST_CASE("an informer of metadata holds labels and owners, and none of the content") {
  const test::Namespace ns;
  const test::CustomResource widgets;
  const auto client = test::client();
  Json map = test::config_map(ns.name(), "a", std::string(100'000, 'x'));
  map["metadata"]["labels"] = {{"color", "red"}};
  REQUIRE(client->apply({}, kConfigMap, map).ok());
  REQUIRE(client
              ->apply({}, widgets.type(),
                      {{"metadata", {{"namespace", ns.name()}, {"name", "w"}}}, {"spec", {{"size", 1}}}})
              .ok());
  runtime::Cache cache(*client, system_clock(), {ns.name()});
  runtime::InformerOptions options;
  options.metadata_only = true;
  REQUIRE(cache.declare(kConfigMap, options).ok());
  REQUIRE(cache.declare(widgets.type(), options).ok());
  cache.start();
  REQUIRE(cache.wait_synced(Context{}.with_timeout(30s)).ok());

  auto held = cache.get({}, kConfigMap, {ns.name(), "a"}, runtime::Read::Cached);
  REQUIRE_MESSAGE(held.ok(), held.status());
  CHECK(held->kind() == "ConfigMap");
  CHECK(held->api_version() == "v1");
  CHECK(held->meta().labels.get("color") == "red");
  CHECK(!held->json().contains("data"));
  CHECK(held->bytes().size() < 2000);
  const auto widget = cache.get({}, widgets.type(), {ns.name(), "w"}, runtime::Read::Cached);
  REQUIRE_MESSAGE(widget.ok(), widget.status());
  CHECK(widget->kind() == "Widget");
  CHECK(widget->api_version() == widgets.type().api_version());
  CHECK(!widget->json().contains("spec"));

  // And what is watched after the list.
  map["metadata"]["labels"] = {{"color", "green"}};
  REQUIRE(client->apply({}, kConfigMap, map).ok());
  CHECK(eventually([&] {
    held = cache.get({}, kConfigMap, {ns.name(), "a"}, runtime::Read::Cached);
    return held.ok() && held->meta().labels.get("color") == "green";
  }));
  CHECK(held->kind() == "ConfigMap");
  CHECK(!held->json().contains("data"));
  REQUIRE(client->remove({}, kConfigMap, {ns.name(), "a"}).ok());
  CHECK(eventually([&] {
    return cache.get({}, kConfigMap, {ns.name(), "a"}, runtime::Read::Cached).status().code() ==
           Code::NotFound;
  }));

  // By LIST as well, for servers without streaming lists.
  const auto list = client->list({}, widgets.type(), {.ns = ns.name(), .metadata_only = true});
  REQUIRE_MESSAGE(list.ok(), list.status());
  REQUIRE(list->items.size() == 1);
  CHECK(list->items[0].kind() == "Widget");
  CHECK(!list->items[0].json().contains("spec"));
}

TEST_CASE("an informer is removed while it runs, and declared again") {
  const test::Namespace ns;
  const auto client = test::client();
  runtime::Cache cache(*client, system_clock(), {ns.name()});
  cache.start();
  for (int i = 0; i < 5; ++i) {
    const std::string name = std::string("m").append(std::to_string(i));
    std::atomic<bool> heard = false;
    REQUIRE(cache.declare(kConfigMap).ok());
    REQUIRE(cache
                .add_handler(
                    kConfigMap,
                    [&](const runtime::Change& change) {
                      if (change.object().meta().name == name) heard = true;
                    },
                    &heard)
                .ok());
    REQUIRE(cache.wait_synced(Context{}.with_timeout(30s)).ok());
    REQUIRE(client->apply({}, kConfigMap, test::config_map(ns.name(), name, "v")).ok());
    CHECK(eventually([&] { return heard.load(); }));
    REQUIRE(cache.remove(kConfigMap, &heard).ok());
    CHECK(cache.informers().empty());
  }
}

TEST_SUITE_END();
