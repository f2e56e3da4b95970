// Streams of changes.
#include "controller/kube/client/watch.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::Watch;
using kube::WatchEvent;
using test::config_map;
using test::kConfigMap;

namespace {

std::unique_ptr<Watch> open(kube::Client& client, const kube::WatchOptions& options) {
  StatusOr<std::unique_ptr<Watch>> watch = client.watch(Context{}, kConfigMap, options);
  REQUIRE_MESSAGE(watch.ok(), watch.status());
  return *std::move(watch);
}

WatchEvent next(Watch& watch) {
  StatusOr<WatchEvent> event = watch.next(Context{}.with_timeout(20s));
  REQUIRE_MESSAGE(event.ok(), event.status());
  return *std::move(event);
}

}  // namespace

TEST_CASE("a watch shows what happens after a list, in order") {
  const test::Namespace ns;
  const auto client = test::client();
  const StatusOr<kube::ObjectList> list =
      client->list(Context{}, kConfigMap, {.ns = ns.name(), .field_selector = "metadata.name=w"});
  REQUIRE(list.ok());
  const auto watch = open(
      *client,
      {.ns = ns.name(), .field_selector = "metadata.name=w", .resource_version = list->resource_version});
  REQUIRE(client->create(Context{}, kConfigMap, config_map(ns.name(), "w", "1")).ok());
  REQUIRE(client->apply(Context{}, kConfigMap, config_map(ns.name(), "w", "2")).ok());
  REQUIRE(client->remove(Context{}, kConfigMap, {ns.name(), "w"}).ok());

  const WatchEvent added = next(*watch);
  CHECK(added.type == WatchEvent::Type::Added);
  REQUIRE(added.object);
  CHECK(added.object->key() == kube::Key{ns.name(), "w"});
  CHECK(added.object->bytes().find("managedFields") == std::string_view::npos);
  const WatchEvent modified = next(*watch);
  CHECK(modified.type == WatchEvent::Type::Modified);
  CHECK(modified.object->json()["data"]["value"] == "2");
  CHECK(kube::compare_resource_versions(added.resource_version, modified.resource_version) < 0);
  const WatchEvent deleted = next(*watch);
  CHECK(deleted.type == WatchEvent::Type::Deleted);
  CHECK(kube::compare_resource_versions(modified.resource_version, deleted.resource_version) < 0);
}

TEST_CASE("a streaming list gives every object and then says that it did") {
  const test::Namespace ns;
  const auto client = test::client();
  std::set<std::string> expected;
  for (int i = 0; i < 5; ++i) {
    const std::string name = std::string("cm-").append(std::to_string(i));
    expected.insert(name);
    REQUIRE(client->create(Context{}, kConfigMap, config_map(ns.name(), name, "x")).ok());
  }
  const auto watch = open(
      *client,
      {.ns = ns.name(), .field_selector = "metadata.name!=kube-root-ca.crt", .send_initial_events = true});
  std::set<std::string> seen;
  WatchEvent event = next(*watch);
  for (; event.type == WatchEvent::Type::Added; event = next(*watch)) seen.emplace(event.object->meta().name);
  CHECK(event.type == WatchEvent::Type::Bookmark);
  CHECK(event.initial_events_end);
  CHECK_FALSE(event.resource_version.empty());
  CHECK(seen == expected);
  // The same stream goes on with what changes.
  REQUIRE(client->create(Context{}, kConfigMap, config_map(ns.name(), "later", "x")).ok());
  CHECK(next(*watch).object->meta().name == "later");
}

TEST_CASE("a resource version from before the server's memory is Expired") {
  // What the server remembers of a resource begins when it starts to serve it.
  const auto client = test::client();
  const test::CustomResource widgets;
  const StatusOr<std::unique_ptr<Watch>> watch =
      client->watch(Context{}, widgets.type(), {.ns = "default", .resource_version = "1"});
  Status status = watch.status();
  if (watch.ok()) {
    StatusOr<WatchEvent> event = (*watch)->next(Context{}.with_timeout(20s));
    REQUIRE_MESSAGE(event.ok(), event.status());
    CHECK(event->type == WatchEvent::Type::Error);
    status = event->error;
  }
  CHECK(status.code() == Code::Expired);
  CHECK(status.http_status() == 410);
}

TEST_CASE("a watch ends in order when its time is up") {
  const auto client = test::client();
  const auto watch = open(*client, {.ns = "default", .field_selector = "metadata.name=none", .timeout = 1s});
  StatusOr<WatchEvent> event = watch->next(Context{}.with_timeout(20s));
  while (event.ok() && event->type == WatchEvent::Type::Bookmark)
    event = watch->next(Context{}.with_timeout(20s));
  CHECK(event.status().code() == Code::EndOfStream);
}

TEST_CASE("a watch that is stopped returns at once and can be dropped") {
  const auto client = test::client();
  const auto watch = open(*client, {.ns = "default", .field_selector = "metadata.name=none"});
  std::stop_source stop;
  stop.request_stop();
  StatusOr<WatchEvent> event = watch->next(Context{.stop = stop.get_token()});
  while (event.ok() && event->type == WatchEvent::Type::Bookmark)  // one that had already arrived
    event = watch->next(Context{.stop = stop.get_token()});
  CHECK(event.status().code() == Code::Cancelled);
}

TEST_CASE("bookmarks arrive while nothing changes" * doctest::skip(std::getenv("TEST_SLOW") == nullptr)) {
  const auto client = test::client();
  const StatusOr<kube::ObjectList> list = client->list(Context{}, kConfigMap, {.ns = "default"});
  const auto watch = open(
      *client,
      {.ns = "default", .field_selector = "metadata.name=none", .resource_version = list->resource_version});
  const StatusOr<WatchEvent> event = watch->next(Context{}.with_timeout(70s));
  REQUIRE_MESSAGE(event.ok(), event.status());
  CHECK(event->type == WatchEvent::Type::Bookmark);
  CHECK_FALSE(event->initial_events_end);
}
