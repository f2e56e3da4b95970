#include "controller/runtime/cache.hpp"

#include <doctest/doctest.h>

#include <future>
#include <thread>

#include "controller/kube/simulated_clock.hpp"
#include "controller/runtime/pass_writes.hpp"
#include "controller/runtime/write_tracking_client.hpp"
#include "test/unit/runtime/fake_api.hpp"

using namespace std::chrono_literals;
using kube::Code;
using kube::Key;
using runtime::Cache;
using runtime::Read;
using namespace runtime_test;

namespace {

struct Cached {
  explicit Cached(std::vector<std::string> namespaces = {}) : cache(api, clock, std::move(namespaces)) {
    REQUIRE(cache.declare(kWidget).ok());
  }
  kube::Context ctx() { return {{}, kube::TimePoint::max(), clock, {}}; }
  void start() {
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
  }
  std::string size_of(const kube::StatusOr<kube::Object>& object) {
    return object.ok() ? object->json()["spec"].dump() : object.status().to_string();
  }

  FakeApi api;
  kube::SimulatedClock clock;
  Cache cache;
  runtime::PassWrites passes;
  runtime::WriteTrackingClient client{api, cache, passes};
};

}  // namespace

TEST_SUITE_BEGIN("cache");

TEST_CASE("reading a type that nobody declared is a defect") {
  Cached c;
  CHECK(c.cache.get(c.ctx(), kSecret, {"ns", "a"}).status().code() == Code::Internal);
  CHECK_THROWS_AS((void)c.cache.list(kSecret), std::logic_error);
  CHECK(c.api.count("WATCH secrets") == 0);
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
  c.api.fail_with([](const kube::ApiCall&) { return kube::Status(Code::Forbidden, "no right to list"); });
  c.cache.start();
  REQUIRE(c.api.wait_for([&] { return !c.cache.errors().empty(); }));
  auto read = std::async([&] { return c.cache.get(c.ctx(), kWidget, {"ns", "a"}).status(); });
  c.clock.wait_for_waiters(2);  // the informer in its backoff, and the reader
  c.clock.advance(5s);
  const kube::Status status = read.get();
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

TEST_CASE("a read that waits ends with its context") {
  Cached c;
  c.api.put(kWidget, widget("ns", "a"));
  c.start();
  c.api.freeze_streams(true);
  REQUIRE(c.client.apply(c.ctx(), kWidget, widget("ns", "a", {{"size", 2}})).ok());
  std::stop_source stop;
  auto read = std::async([&] {
    return c.cache.get({stop.get_token(), kube::TimePoint::max(), c.clock, {}}, kWidget, {"ns", "a"})
        .status();
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
    return call.key.ns == "two" ? kube::Status(Code::Forbidden, "not here") : kube::Status();
  });
  c.cache.start();
  REQUIRE(c.api.wait_for([&] { return c.cache.list(kWidget).size() == 1 && !c.cache.errors().empty(); }));
  CHECK(c.cache.get(c.ctx(), kWidget, {"one", "a"}).ok());
  CHECK(c.cache.get(c.ctx(), kWidget, {"three", "c"}).status().code() == Code::Internal);
  CHECK(!c.cache.synced());
  REQUIRE(c.cache.errors().size() == 1);
  CHECK(c.cache.errors()[0].message().find("widgets.example.dev in two") != std::string::npos);
  c.api.fail_with(nullptr);
  c.clock.wait_for_waiters(1);
  c.clock.advance(30s);
  CHECK(c.api.wait_for([&] { return c.cache.synced(); }));
  CHECK(c.cache.list(kWidget).size() == 2);
  CHECK(c.cache.list(kWidget, "two").size() == 1);
}

TEST_CASE("a type declared after the start is followed at once") {
  Cached c;
  c.start();
  c.api.put(kConfigMap, config_map("ns", "m"));
  REQUIRE(c.cache.declare(kConfigMap).ok());
  CHECK(c.api.wait_for([&] { return c.cache.list(kConfigMap).size() == 1; }));
}

TEST_CASE("many writes that nobody reads back are not remembered for ever") {
  Cached c;
  c.start();
  for (int i = 0; i < 3000; ++i) {
    const std::string name = std::to_string(i);
    REQUIRE(c.client.apply(c.ctx(), kWidget, widget("ns", name)).ok());
  }
  REQUIRE(c.api.wait_for([&] { return c.cache.list(kWidget).size() == 3000; }));
  CHECK(c.cache.get(c.ctx(), kWidget, {"ns", "0"}).ok());
}

TEST_SUITE_END();
