#include "controller/runtime/cache/cache.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>

#include "controller/runtime/cache/cache_metrics.hpp"
#include "controller/runtime/write/write_tracking_client.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/objects.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::Key;
using runtime::Cache;
using runtime::Read;
using namespace toolhive::runtime_test;

namespace {

struct Cached {
  explicit Cached(std::vector<std::string> namespaces = {}) : cache(api, clock, std::move(namespaces)) {
    REQUIRE(cache.declare(kWidget).ok());
  }
  Context ctx() { return {{}, TimePoint::max(), clock, {}}; }
  void start() {
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
  }
  std::string size_of(const StatusOr<kube::Object>& object) {
    return object.ok() ? object->json()["spec"].dump() : object.status().to_string();
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  Cache cache;
  runtime::WriteTrackingClient client{api, cache};
};

}  // namespace

TEST_SUITE_BEGIN("cache");

TEST_CASE("reading a type that nobody declared is a defect") {
  Cached c;
  CHECK(c.cache.get(c.ctx(), kSecret, {"ns", "a"}).status().code() == Code::Internal);
  CHECK(c.cache.list(kSecret).status().code() == Code::Internal);
  CHECK(c.cache.find(kSecret, "name", "a").status().code() == Code::Internal);
  CHECK(c.api.count("WATCH secrets") == 0);
}

namespace {
struct SizedWidget {
  int size = 0;
};
}  // namespace

template <>
struct toolhive::kube::Resource<SizedWidget> {
  static const ResourceType& type() { return kWidget; }
  static StatusOr<SizedWidget> from_json(const Json& document) {
    const Json& size = document["spec"]["size"];
    if (!size.is_number_integer()) return Status(Code::Invalid, "spec.size: must be a number");
    return SizedWidget{size.get<int>()};
  }
};

TEST_CASE("typed reads give decoded objects; one that does not decode fails alone") {
  Cached c;
  REQUIRE(c.cache.declare(kWidget).ok());
  REQUIRE(
      c.cache
          .add_index(kWidget, "ns",
                     [](const kube::Object& o) { return std::vector<std::string>{std::string(o.meta().ns)}; })
          .ok());
  c.api.put(kWidget, widget("ns", "good", {{"size", 4}}));
  c.api.put(kWidget, widget("ns", "odd", {{"size", "four"}}));
  c.cache.start();
  REQUIRE(c.api.wait_for([&] { return c.cache.synced(); }));
  const auto good = c.cache.get<SizedWidget>(c.ctx(), {"ns", "good"});
  REQUIRE(good.ok());
  CHECK((*good)->size == 4);
  CHECK(good->key().name == "good");
  CHECK(c.cache.get<SizedWidget>(c.ctx(), {"ns", "odd"}).status().message() == "spec.size: must be a number");
  CHECK(c.cache.get<SizedWidget>(c.ctx(), {"ns", "none"}).status().code() == Code::NotFound);
  const auto all = c.cache.list<SizedWidget>();
  REQUIRE(all.ok());
  REQUIRE(all->size() == 1);
  CHECK(&*all->front() == &**good);  // decoded once
  CHECK(c.cache.find<SizedWidget>("ns", "ns")->size() == 1);
  CHECK(c.cache.find<SizedWidget>("other", "ns").status().code() == Code::Internal);
}

TEST_CASE("declaring a type twice needs the same options") {
  Cached c;
  CHECK(c.cache.declare(kWidget).ok());
  runtime::InformerOptions other;
  other.label_selector = "a=b";
  CHECK(c.cache.declare(kWidget, other).code() == Code::Internal);
}

TEST_CASE("a read before the first list says why it cannot answer, not that nothing is there") {
  Cached c;
  c.api.fail_with([](const kube::ApiCall&) { return Status(Code::Forbidden, "no right to list"); });
  c.cache.start();
  REQUIRE(c.api.wait_for([&] { return !c.cache.errors().empty(); }));
  auto read = std::async([&] { return c.cache.get(c.ctx(), kWidget, {"ns", "a"}).status(); });
  c.clock.wait_for_waiters(2);  // the informer in its backoff, and the reader
  c.clock.advance(5s);
  const Status status = read.get();
  CHECK(status.code() == Code::Unavailable);
  CHECK(status.message().find("no right to list") != std::string::npos);
  c.cache.stop();
}

TEST_CASE("a read after an own write waits until the watch has brought it") {
  Cached c;
  c.api.put(kWidget, widget("ns", "a", {{"size", 1}}));
  c.start();
  c.api.freeze_streams(true);
  REQUIRE(c.client.apply(c.ctx(), kWidget, widget("ns", "a", {{"size", 2}})).ok());
  CHECK(c.size_of(c.cache.get(c.ctx(), kWidget, {"ns", "a"}, Read::Cached)) == R"({"size":1})");
  auto read = std::async([&] { return c.cache.get(c.ctx(), kWidget, {"ns", "a"}); });
  c.clock.wait_for_waiters(1);
  c.api.freeze_streams(false);
  CHECK(c.size_of(read.get()) == R"({"size":2})");
  CHECK(c.api.count("GET") == 0);
}

TEST_CASE("when the watch is later than 5 s a read after an own write asks the API server") {
  Cached c;
  c.api.put(kWidget, widget("ns", "a", {{"size", 1}}));
  c.start();
  c.api.freeze_streams(true);
  REQUIRE(c.client.apply(c.ctx(), kWidget, widget("ns", "a", {{"size", 2}})).ok());
  auto read = std::async([&] { return c.cache.get(c.ctx(), kWidget, {"ns", "a"}); });
  c.clock.wait_for_waiters(1);
  c.clock.advance(5s);
  CHECK(c.size_of(read.get()) == R"({"size":2})");
  CHECK(c.api.count("GET") == 1);
  c.api.freeze_streams(false);
}

TEST_CASE("a read after an own delete does not find the object again") {
  Cached c;
  c.api.put(kWidget, widget("ns", "a"));
  c.start();
  c.api.freeze_streams(true);
  REQUIRE(c.client.remove(c.ctx(), kWidget, {"ns", "a"}).ok());
  auto read = std::async([&] { return c.cache.get(c.ctx(), kWidget, {"ns", "a"}).status(); });
  c.clock.wait_for_waiters(1);
  c.api.freeze_streams(false);
  CHECK(read.get().code() == Code::NotFound);
}

TEST_CASE("a read after an own write that took the last finalizer does not find the object again") {
  Cached c;
  Json held = widget("ns", "a");
  held["metadata"]["finalizers"] = Json::array({"example.com/hold"});
  c.api.put(kWidget, held);
  c.api.remove(kWidget, {"ns", "a"});
  c.start();
  c.api.freeze_streams(true);
  REQUIRE(c.client
              .patch(c.ctx(), kWidget, {"ns", "a"}, kube::PatchType::MergePatch,
                     {{"metadata", {{"finalizers", nullptr}}}})
              .ok());
  auto read = std::async([&] { return c.cache.get(c.ctx(), kWidget, {"ns", "a"}).status(); });
  c.clock.wait_for_waiters(1);
  c.api.freeze_streams(false);
  CHECK(read.get().code() == Code::NotFound);
}

TEST_CASE("a write to an object that has a time of grace left is not taken for its end") {
  Cached c;
  Json held = widget("ns", "a", {{"size", 1}});
  held["metadata"]["finalizers"] = Json::array({"example.com/hold"});
  held["metadata"]["deletionGracePeriodSeconds"] = 30;
  c.api.put(kWidget, held);
  c.api.remove(kWidget, {"ns", "a"});
  c.start();
  REQUIRE(c.client
              .patch(c.ctx(), kWidget, {"ns", "a"}, kube::PatchType::MergePatch,
                     {{"metadata", {{"finalizers", nullptr}}}})
              .ok());
  auto read = std::async([&] { return c.cache.get(c.ctx(), kWidget, {"ns", "a"}); });
  const bool answered = read.wait_for(5s) == std::future_status::ready;
  CHECK(answered);
  if (!answered) c.clock.advance(5s);
  CHECK(c.size_of(read.get()) == R"({"size":1})");
  CHECK(c.api.count("GET") == 0);
}

TEST_CASE("a read that waits ends with its context") {
  Cached c;
  c.api.put(kWidget, widget("ns", "a"));
  c.start();
  c.api.freeze_streams(true);
  REQUIRE(c.client.apply(c.ctx(), kWidget, widget("ns", "a", {{"size", 2}})).ok());
  std::stop_source stop;
  auto read = std::async([&] {
    return c.cache.get({stop.get_token(), TimePoint::max(), c.clock, {}}, kWidget, {"ns", "a"}).status();
  });
  c.clock.wait_for_waiters(1);
  stop.request_stop();
  CHECK(read.get().code() == Code::Cancelled);
  c.api.freeze_streams(false);
}

TEST_CASE("reads of other keys do not wait for a write") {
  Cached c;
  c.api.put(kWidget, widget("ns", "a"));
  c.api.put(kWidget, widget("ns", "b"));
  c.start();
  c.api.freeze_streams(true);
  REQUIRE(c.client.apply(c.ctx(), kWidget, widget("ns", "a", {{"size", 2}})).ok());
  CHECK(c.cache.get(c.ctx(), kWidget, {"ns", "b"}).ok());
  c.api.freeze_streams(false);
}

TEST_CASE("each namespace has an informer that fails alone") {
  Cached c({"one", "two"});
  c.api.put(kWidget, widget("one", "a"));
  c.api.put(kWidget, widget("two", "b"));
  c.api.put(kWidget, widget("three", "c"));
  c.api.fail_with([](const kube::ApiCall& call) {
    return call.key.ns == "two" ? Status(Code::Forbidden, "not here") : Status();
  });
  c.cache.start();
  REQUIRE(c.api.wait_for([&] { return c.cache.list(kWidget)->size() == 1 && !c.cache.errors().empty(); }));
  CHECK(c.cache.get(c.ctx(), kWidget, {"one", "a"}).ok());
  CHECK(c.cache.get(c.ctx(), kWidget, {"three", "c"}).status().code() == Code::Internal);
  CHECK(!c.cache.synced());
  REQUIRE(c.cache.errors().size() == 1);
  CHECK(c.cache.errors()[0].message().find("widgets.example.dev in two") != std::string::npos);
  c.api.fail_with(nullptr);
  c.clock.wait_for_waiters(1);
  c.clock.advance(30s);
  CHECK(c.api.wait_for([&] { return c.cache.synced(); }));
  CHECK(c.cache.list(kWidget)->size() == 2);
  CHECK(c.cache.list(kWidget, "two")->size() == 1);
}

TEST_CASE("a type declared after the start is followed at once") {
  Cached c;
  c.start();
  c.api.put(kConfigMap, config_map("ns", "m"));
  REQUIRE(c.cache.declare(kConfigMap).ok());
  CHECK(c.api.wait_for([&] { return c.cache.list(kConfigMap)->size() == 1; }));
}

TEST_CASE("many writes that nobody reads back are not remembered for ever") {
  Cached c;
  c.start();
  for (int i = 0; i < 3000; ++i) {
    const std::string name = std::to_string(i);
    REQUIRE(c.client.apply(c.ctx(), kWidget, widget("ns", name)).ok());
  }
  REQUIRE(c.api.wait_for([&] { return c.cache.list(kWidget)->size() == 3000; }));
  CHECK(c.cache.get(c.ctx(), kWidget, {"ns", "0"}).ok());
}

TEST_CASE("a type that is removed is freed with its thread and metrics, and can be declared again") {
  Cached c;
  runtime::Metrics metrics;
  runtime::expose_cache(metrics, c.cache, c.clock);
  c.api.put(kWidget, widget("ns", "a"));
  REQUIRE(c.cache.declare(kConfigMap).ok());
  c.start();
  REQUIRE(c.api.wait_for([&] { return c.api.open_streams() == 2; }));
  CHECK(metrics.text().find("resource=\"widgets.example.dev\"") != std::string::npos);
  const std::weak_ptr<const runtime::Informer> informer = c.cache.informers()[1];
  REQUIRE(informer.lock()->type() == kWidget);

  REQUIRE(c.cache.remove(kWidget).ok());
  CHECK(c.api.open_streams() == 1);
  CHECK(informer.expired());
  CHECK(metrics.text().find("resource=\"widgets.example.dev\"") == std::string::npos);
  CHECK(metrics.text().find("resource=\"configmaps\"") != std::string::npos);
  CHECK(c.cache.get(c.ctx(), kWidget, {"ns", "a"}).status().code() == Code::Internal);
  CHECK(c.cache.list(kWidget).status().code() == Code::Internal);
  CHECK(c.cache.synced());
  CHECK(c.cache.remove(kWidget).code() == Code::Internal);

  runtime::InformerOptions other;
  other.label_selector = "a=b";
  REQUIRE(c.cache.declare(kWidget, other).ok());
  CHECK(c.api.wait_for([&] { return c.cache.list(kWidget)->size() == 1; }));
  CHECK(metrics.text().find("resource=\"widgets.example.dev\"") != std::string::npos);
}

TEST_CASE("a type stays for as long as anybody needs it; handlers go with their owner") {
  Cached c;
  std::atomic<int> mine = 0, theirs = 0;
  const int me = 0;
  REQUIRE(c.cache.declare(kWidget).ok());
  REQUIRE(c.cache
              .add_handler(
                  kWidget, [&](const runtime::Change&) { ++mine; }, &me)
              .ok());
  REQUIRE(c.cache.add_handler(kWidget, [&](const runtime::Change&) { ++theirs; }).ok());
  c.start();
  c.api.put(kWidget, widget("ns", "a"));
  REQUIRE(c.api.wait_for([&] { return mine == 1 && theirs == 1; }));
  REQUIRE(c.cache.remove(kWidget, &me).ok());
  c.api.put(kWidget, widget("ns", "b"));
  CHECK(c.api.wait_for([&] { return theirs == 2; }));
  CHECK(mine == 1);
  REQUIRE(c.cache.remove(kWidget).ok());
  CHECK(c.api.open_streams() == 0);
}

TEST_CASE("whoever waits for a type that is removed is told") {
  Cached c;
  c.api.fail_with([](const kube::ApiCall&) { return Status(Code::Unavailable, "away"); });
  c.cache.start();
  auto synced =
      std::async(std::launch::async, [&] { return c.cache.wait_synced(c.ctx().with_timeout(23h)); });
  auto read = std::async(std::launch::async, [&] {
    return c.cache.get(c.ctx(), kWidget, {"ns", "a"}).status();
  });
  c.clock.wait_for_waiters(3);  // and the informer in its backoff
  REQUIRE(c.cache.remove(kWidget).ok());
  // Without being told they would wait for time to pass, or for ever.
  CHECK(synced.wait_for(10s) == std::future_status::ready);
  CHECK(read.wait_for(10s) == std::future_status::ready);
  c.clock.advance(24h);
  CHECK(synced.get().ok());
  const Status status = read.get();
  CHECK(status.code() == Code::Cancelled);
  CHECK(status.message().find("removed") != std::string::npos);
}

TEST_CASE("types come and go while others read") {
  Cached c;
  c.api.put(kWidget, widget("ns", "a"));
  c.api.put(kConfigMap, config_map("ns", "m"));
  c.start();
  std::atomic<bool> end = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      while (!end) {
        const auto read = c.cache.get(c.ctx(), kConfigMap, {"ns", "m"});
        const Code code = read.status().code();
        if (code != Code::Ok && code != Code::Internal && code != Code::Cancelled) ++wrong;
        for (const auto& informer : c.cache.informers()) (void)informer->counters();
        (void)c.cache.errors();
      }
    });
  for (int i = 0; i < 50; ++i) {
    REQUIRE(c.cache.declare(kConfigMap).ok());
    REQUIRE(c.cache.add_handler(kConfigMap, [](const runtime::Change&) {}).ok());
    if (i % 2) REQUIRE(c.api.wait_for([&] { return c.cache.synced(); }));
    REQUIRE(c.cache.remove(kConfigMap).ok());
  }
  end = true;
  for (auto& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(c.api.open_streams() == 1);
}

TEST_SUITE_END();
