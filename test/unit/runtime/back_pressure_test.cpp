// What a process holds in memory while its own code is slow and the API server is not.
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "controller/kube/config/config.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "test/unit/kube/fake_server.hpp"
#include "test/unit/runtime/widget.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using runtime::Manager;
using runtime::Pass;
using runtime_test::kWidget;
using runtime_test::Widget;

namespace {

constexpr std::size_t kObjects = 10;
constexpr std::size_t kUpdates = 3000;
constexpr std::size_t kUpdateBytes = 32U << 10;
constexpr std::size_t kMost = 24;  // MB; twice 4 MB of the transport's, and the allocator's own

std::string event(const char* type, std::size_t version, const std::string& data) {
  return std::string(R"({"type":")") + type +
         R"(","object":{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"namespace":"ns","name":"w)" +
         std::to_string(version % kObjects) + R"(","uid":"u)" + std::to_string(version % kObjects) +
         R"(","generation":)" + std::to_string(version) + R"(,"resourceVersion":")" +
         std::to_string(version) + R"("},"spec":{"data":")" + data + "\"}}}\n";
}

// Serves ten widgets, and updates of them for as fast as they are taken, once it is told to.
class Storm {
 public:
  Storm() : server_([this](test::Connection& connection) { serve(connection); }) {}

  std::unique_ptr<kube::Transport> transport() const {
    kube::Config config;
    config.server = server_.url();
    config.origin = "a test";
    auto made = kube::make_transport(config);
    REQUIRE_MESSAGE(made.ok(), made.status());
    return *std::move(made);
  }
  void begin() { begin_.set_value(); }
  std::size_t sent() const { return sent_; }

 private:
  void serve(test::Connection& connection) {
    if (connection.read_request().find("watch=true") == std::string::npos) return;
    connection.send(test::kChunkedHead);
    for (std::size_t i = 0; i < kObjects; ++i) connection.chunk(event("ADDED", kObjects + i, "small"));
    connection.chunk(
        R"({"type":"BOOKMARK","object":{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{)"
        R"("resourceVersion":"20","annotations":{"k8s.io/initial-events-end":"true"}}}})"
        "\n");
    begun_.wait();
    const std::string data(kUpdateBytes, 'x');
    for (std::size_t i = 1; i <= kUpdates; ++i) {
      connection.chunk(event("MODIFIED", 2 * kObjects + i, data));
      sent_ = i;
    }
    connection.wait_closed();
  }

  std::promise<void> begin_;
  std::shared_future<void> begun_ = begin_.get_future().share();
  std::atomic<std::size_t> sent_ = 0;
  test::FakeServer server_;
};

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t pages = 0;
  statm >> total >> pages;
  return pages * 4096;
}

class Growth {
 public:
  void look() { most_ = std::max(most_, resident_bytes()); }
  std::size_t megabytes() const { return most_ > before_ ? (most_ - before_) >> 20 : 0; }

 private:
  std::size_t before_ = resident_bytes();
  std::size_t most_ = 0;
};

// The last version that each widget has in the cache.
std::size_t newest(Manager& manager) {
  std::size_t version = 0;
  const auto widgets = manager.cache().list(kWidget);
  for (const kube::Object& object : *widgets)
    version = std::max(version, static_cast<std::size_t>(object.meta().generation));
  return version;
}

template <class Condition>
bool in_time(Growth& growth, Condition condition) {
  const Context limit = Context{}.with_timeout(60s);
  while (!condition()) {
    growth.look();
    if (limit.done()) return false;
    sleep_for(limit.clock, 1ms, {});
  }
  return true;
}

// Holds whoever passes until it is opened.
class Gate {
 public:
  void pass() {
    ++waiting;
    opened_.wait();
  }
  void open() { open_.set_value(); }
  std::atomic<int> waiting = 0;

 private:
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
};

}  // namespace

TEST_SUITE_BEGIN("back-pressure");

TEST_CASE(
    "while passes hang, 96 MB of updates cost the memory of the objects that exist, and two passes each") {
  Storm storm;
  Gate gate;
  std::atomic<int> passes = 0;
  std::atomic<std::size_t> seen = 0;
  Manager manager(storm.transport(), storm.transport(), {});
  // The pass holds the widget that it was given; the cache is asked for the one that is there once
  // the gate opens.
  manager.controller<Widget>("widgets").concurrency(2).reconcile([&](const Pass& pass, const auto&) {
    gate.pass();
    ++passes;
    const auto object = manager.cache().get(pass.ctx(), kWidget, pass.key());
    if (object.ok()) seen = std::max<std::size_t>(seen, static_cast<std::size_t>(object->meta().generation));
    return Status();
  });
  std::stop_source stop;
  auto done = std::async(std::launch::async, [&] { return manager.run(stop.get_token()); });
  Growth warm;
  REQUIRE(in_time(warm, [&] { return gate.waiting == 2; }));
  Growth growth;
  storm.begin();
  CHECK(in_time(growth, [&] { return newest(manager) == 2 * kObjects + kUpdates; }));
  CHECK(passes == 0);
  gate.open();
  CHECK(in_time(growth, [&] { return seen == 2 * kObjects + kUpdates; }));
  stop.request_stop();
  CHECK(done.get().ok());
  CHECK(passes <= static_cast<int>(2 * kObjects));
  MESSAGE("resident memory grew by " << growth.megabytes() << " MB, " << passes.load() << " passes");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(growth.megabytes() < kMost);
#endif
}

TEST_CASE("while a handler hangs, the API server is held back, and nothing is lost") {
  Storm storm;
  Gate gate;
  std::atomic<bool> armed = false;
  std::atomic<std::size_t> seen = 0;
  Manager manager(storm.transport(), storm.transport(), {});
  manager.controller<Widget>("widgets")
      .predicate([&](const runtime::Change&) {
        if (armed.exchange(false)) gate.pass();
        return true;
      })
      .reconcile([&](const Pass& pass, const auto&) {
        seen = std::max<std::size_t>(seen, static_cast<std::size_t>(pass.object().meta().generation));
        return Status();
      });
  std::stop_source stop;
  auto done = std::async(std::launch::async, [&] { return manager.run(stop.get_token()); });
  Growth warm;
  REQUIRE(in_time(warm, [&] { return seen == 2 * kObjects - 1; }));
  armed = true;
  Growth growth;
  storm.begin();
  REQUIRE(in_time(growth, [&] { return gate.waiting == 1; }));
  // Until the server has come to a halt: nothing sent for half a second.
  std::size_t before = 0;
  do {
    before = storm.sent();
    const Context pause = Context{}.with_timeout(500ms);
    while (!pause.done()) {
      growth.look();
      sleep_for(pause.clock, 5ms, {});
    }
  } while (storm.sent() != before && storm.sent() < kUpdates);
  const std::size_t held_at = storm.sent();
  CHECK(held_at < kUpdates / 2);
  gate.open();
  CHECK(in_time(growth, [&] { return seen == 2 * kObjects + kUpdates; }));
  stop.request_stop();
  CHECK(done.get().ok());
  MESSAGE("resident memory grew by " << growth.megabytes() << " MB; the server was held at update "
                                     << held_at);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(growth.megabytes() < kMost);
#endif
}

TEST_SUITE_END();
