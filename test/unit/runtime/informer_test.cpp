#include "controller/runtime/informer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "controller/kube/simulated_clock.hpp"
#include "test/unit/runtime/fake_api.hpp"

using namespace std::chrono_literals;
using kube::ApiCall;
using kube::Code;
using kube::Key;
using kube::Status;
using runtime::Change;
using runtime::Informer;
using runtime::InformerOptions;
using namespace runtime_test;

namespace {

// An informer on widgets and the story its handler heard, as in "+a ~a -a": added, updated, deleted; "?" marks a
// deletion whose final state is unknown, "i" what was part of the first list.
struct Watched {
  explicit Watched(InformerOptions options = {}) { make(std::move(options)); }

  void make(InformerOptions options) {
    options.jitter_seed = 1;
    informer = std::make_unique<Informer>(api, clock, kWidget, std::move(options));
    informer->add_handler([this](const Change& change) {
      const std::lock_guard lock(mutex);
      if (!story.empty()) story += ' ';
      story += change.type == Change::Type::Added ? '+' : change.type == Change::Type::Updated ? '~' : '-';
      if (change.final_state_unknown) story += '?';
      if (change.initial) story += 'i';
      story += change.object().meta().name;
    });
  }
  std::string heard() const {
    const std::lock_guard lock(mutex);
    return story;
  }
  bool hears(const std::string& expected) const {
    const bool in_time = api.wait_for([&] { return heard() == expected; });
    if (!in_time) MESSAGE("heard: " << heard());
    return in_time;
  }
  bool fails_with(Code code) const {
    return api.wait_for([&] { return informer->last_error().code() == code; });
  }
  bool syncs() const {
    return api.wait_for([&] { return informer->synced(); });
  }
  // Until the informer waits on the clock, then past any backoff.
  void pass_backoff() {
    clock.wait_for_waiters(1);
    clock.advance(31s);
  }

  FakeApi api;
  kube::SimulatedClock clock;
  mutable std::mutex mutex;
  std::string story;
  std::unique_ptr<Informer> informer;
};

Status unavailable() {
  return {Code::Unavailable, "connection refused"};
}

}  // namespace

TEST_SUITE_BEGIN("informer");

TEST_CASE("what exists arrives as one list, then changes follow on the same stream") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.api.put(kWidget, widget("ns", "b"));
  w.informer->start();
  CHECK(w.hears("+ia +ib"));
  CHECK(w.syncs());
  w.api.put(kWidget, widget("ns", "a", {{"size", 2}}));
  w.api.put(kWidget, widget("ns", "c"));
  w.api.remove(kWidget, {"ns", "b"});
  CHECK(w.hears("+ia +ib ~a +c -b"));
  CHECK(w.api.count("WATCH") == 1);
  CHECK(w.api.count("LIST") == 0);
  CHECK(w.informer->store().size() == 2);
  CHECK(w.informer->last_error().ok());
}

TEST_CASE("a server without streaming lists is asked for pages, then watched from there") {
  Watched w;
  w.api.support_streaming_lists(false);
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  CHECK(w.hears("+ia"));
  w.api.put(kWidget, widget("ns", "b"));
  CHECK(w.hears("+ia +b"));
  CHECK(w.api.count("LIST") == 1);
  CHECK(w.informer->last_error().ok());
}

TEST_CASE("an informer in one namespace sees no other") {
  Watched w(InformerOptions{.ns = "ns", .label_selector = {}, .field_selector = {}});
  w.api.put(kWidget, widget("other", "x"));
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  CHECK(w.hears("+ia"));
}

TEST_CASE("synced means that handlers have seen the whole list") {
  FakeApi api;
  kube::SimulatedClock clock;
  for (const char* name : {"a", "b", "c"}) api.put(kWidget, widget("ns", name));
  Informer informer(api, clock, kWidget);
  int heard = 0;
  bool listed = false;
  bool synced_early = false;
  informer.add_handler([&](const Change&) {
    ++heard;
    listed = informer.listed();
    synced_early = synced_early || informer.synced();
  });
  informer.start();
  CHECK(informer.wait_synced({}).ok());
  CHECK(heard == 3);
  CHECK(listed);
  CHECK(!synced_early);
}

TEST_CASE("a broken stream continues from the last resourceVersion and misses nothing") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.fail_with([](const ApiCall&) { return unavailable(); });
  w.api.break_streams(Status(Code::Unavailable, "connection reset"));
  REQUIRE(w.fails_with(Code::Unavailable));
  w.api.put(kWidget, widget("ns", "b"));
  w.api.remove(kWidget, {"ns", "a"});
  w.api.fail_with(nullptr);
  w.pass_backoff();
  CHECK(w.hears("+ia +b -a"));
  CHECK(w.api.wait_for([&] { return w.informer->last_error().ok(); }));
  CHECK(w.api.count("WATCH widgets.example.dev initial") == 1);
  CHECK(w.api.count("LIST") == 0);
}

TEST_CASE("refused connections and 429 retry the watch and never list again") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  std::atomic<int> refusals = 0;
  w.api.fail_with([&](const ApiCall&) {
    const int n = ++refusals;
    if (n > 6) return Status();
    return n % 2 ? unavailable() : Status(Code::TooManyRequests, "slow down").with_retry_after(40s);
  });
  w.api.break_streams(Status(Code::Unavailable, "connection reset"));
  for (int i = 0; i < 7; ++i) {
    w.clock.wait_for_waiters(1);
    w.clock.advance(41s);
  }
  CHECK(w.api.wait_for([&] { return w.api.open_streams() == 1; }));
  CHECK(w.api.count("WATCH widgets.example.dev initial") == 1);
  CHECK(w.api.count("LIST") == 0);
}

TEST_CASE("a server that asks for patience is not asked again before") {
  Watched w;
  std::atomic<int> asked = 0;
  w.api.fail_with([&](const ApiCall&) {
    ++asked;
    return Status(Code::TooManyRequests, "slow down").with_retry_after(50s);
  });
  w.informer->start();
  w.clock.wait_for_waiters(1);
  CHECK(asked == 1);
  CHECK(w.clock.next_deadline() - w.clock.now() == 50s);
  w.informer->stop();
}

TEST_CASE("the backoff grows from 800 ms to 30 s and starts over after two minutes without failure") {
  Watched w;
  w.api.fail_with([](const ApiCall&) { return unavailable(); });
  w.informer->start();
  kube::Duration step = 800ms;
  for (int i = 0; i < 10; ++i) {
    w.clock.wait_for_waiters(1);
    const kube::Duration wait = w.clock.next_deadline() - w.clock.now();
    CHECK(wait >= step / 2);
    CHECK(wait <= step);
    w.clock.advance(wait);
    step = std::min<kube::Duration>(step * 2, 30s);
  }
  w.clock.wait_for_waiters(1);
  w.api.fail_with(nullptr);
  w.clock.advance(30s);
  REQUIRE(w.syncs());
  w.clock.advance(3min);
  w.api.fail_with([](const ApiCall&) { return unavailable(); });
  w.api.break_streams(unavailable());
  w.clock.wait_for_waiters(1);
  CHECK(w.clock.next_deadline() - w.clock.now() <= 800ms);
}

TEST_CASE("410 lists again and reports as final-state-unknown what was deleted meanwhile") {
  Watched w;
  for (const char* name : {"a", "b", "c"}) w.api.put(kWidget, widget("ns", name));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.fail_with([](const ApiCall&) { return unavailable(); });
  w.api.break_streams(unavailable());
  REQUIRE(w.fails_with(Code::Unavailable));
  w.api.remove(kWidget, {"ns", "b"});
  w.api.put(kWidget, widget("ns", "c", {{"size", 2}}));
  w.api.put(kWidget, widget("ns", "d"));
  w.api.compact();
  w.api.fail_with(nullptr);
  w.pass_backoff();
  w.pass_backoff();
  CHECK(w.hears("+ia +ib +ic -?b ~c +d"));
  CHECK(w.api.count("WATCH widgets.example.dev initial") == 2);
}

TEST_CASE("an ERROR event with 410 inside the stream lists again") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.inject(
      R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}})");
  w.pass_backoff();
  CHECK(w.api.wait_for([&] { return w.api.count("WATCH widgets.example.dev initial") == 2; }));
  CHECK(w.hears("+ia"));
}

TEST_CASE("a bare Status line in the stream counts as its error") {
  Watched w;
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.inject(R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410})");
  w.pass_backoff();
  CHECK(w.api.wait_for([&] { return w.api.count("WATCH widgets.example.dev initial") == 2; }));
}

TEST_CASE("a stream that the server ends in good order is followed by the next without a wait") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.clock.advance(5min);
  w.api.break_streams(Status(Code::Expired, "end").with_reason("EndOfStream"));
  CHECK(w.api.wait_for([&] { return w.api.count("WATCH") == 2; }));
  w.api.put(kWidget, widget("ns", "b"));
  CHECK(w.hears("+ia +b"));
  CHECK(w.informer->last_error().ok());
}

TEST_CASE("a server that ends every stream at once is not asked in a busy loop") {
  Watched w;
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.break_streams(Status(Code::Expired, "end").with_reason("EndOfStream"));
  w.clock.wait_for_waiters(1);
  CHECK(w.api.count("WATCH") == 1);
  w.informer->stop();
}

TEST_CASE("a forbidden list shows at once, with its reason") {
  Watched w;
  w.api.fail_with([](const ApiCall&) {
    return Status(Code::Forbidden, "user \"x\" cannot list widgets").with_http_status(403);
  });
  w.informer->start();
  CHECK(w.fails_with(Code::Forbidden));
  CHECK(w.informer->last_error().message().find("cannot list widgets") != std::string::npos);
  CHECK(!w.informer->synced());
  kube::Context ctx{{}, w.clock.now(), w.clock, {}};
  const Status waited = w.informer->wait_synced(ctx);
  CHECK(waited.code() == Code::Timeout);
  CHECK(waited.message().find("cannot list widgets") != std::string::npos);
}

TEST_CASE("an object that does not decode is skipped and reported, the others go on") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.inject(R"({"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"ns","name":"b"}}})");
  w.api.put(kWidget, widget("ns", "c"));
  CHECK(w.hears("+ia +c"));
  CHECK(w.fails_with(Code::Decode));
  CHECK(w.informer->counters().undecodable == 1);
  CHECK(w.informer->store().size() == 2);
}

TEST_CASE("a frame that cannot be read reconnects, and lists again when it stays") {
  Watched w;
  w.informer->start();
  REQUIRE(w.syncs());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(w.api.wait_for([&] { return w.api.open_streams() == 1; }));
    w.api.inject("\x01 not JSON");
    w.pass_backoff();
  }
  CHECK(w.api.wait_for([&] { return w.api.count("WATCH widgets.example.dev initial") == 2; }));
}

TEST_CASE("a list older than what was seen is refused, until the server stays there") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.api.put(kWidget, widget("ns", "b"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.compact();
  w.api.turn_back_version(2);
  w.api.break_streams(Status(Code::Expired, "too old"));
  // One wait after 410, five after lists that were refused.
  for (int wait = 0; wait < 6; ++wait) {
    w.clock.wait_for_waiters(1);
    if (wait > 0) {
      CHECK(w.informer->last_error().message().find("older than") != std::string::npos);
      CHECK(w.informer->store().size() == 2);
    }
    w.clock.advance(31s);
  }
  CHECK(w.api.wait_for([&] { return w.informer->last_error().ok(); }));
}

TEST_CASE("a replayed event is refused") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.remove(kWidget, {"ns", "a"});
  REQUIRE(w.hears("+ia -a"));
  w.api.inject(
      R"({"type":"ADDED","object":{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"name":"a","namespace":"ns","uid":"uid-1","resourceVersion":"101"}}})");
  w.api.put(kWidget, widget("ns", "b"));
  CHECK(w.hears("+ia -a +b"));
}

TEST_CASE("an object created again under its name while disconnected is a delete and an add") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.fail_with([](const ApiCall&) { return unavailable(); });
  w.api.break_streams(unavailable());
  REQUIRE(w.fails_with(Code::Unavailable));
  w.api.remove(kWidget, {"ns", "a"});
  w.api.put(kWidget, widget("ns", "a"));
  w.api.compact();
  w.api.fail_with(nullptr);
  w.pass_backoff();
  w.pass_backoff();
  CHECK(w.hears("+ia -?a +a"));
}

TEST_CASE(
    "an optional resource that is missing counts as synced and empty, and is followed once it appears") {
  Watched w(InformerOptions{.ns = {}, .label_selector = {}, .field_selector = {}, .optional = true});
  w.api.offer(kWidget, false);
  w.informer->start();
  REQUIRE(w.syncs());
  CHECK(!w.informer->offered());
  CHECK(w.informer->last_error().ok());
  w.api.offer(kWidget, true);
  w.api.put(kWidget, widget("ns", "a"));
  w.pass_backoff();
  CHECK(w.hears("+a"));
  CHECK(w.informer->offered());
}

TEST_CASE("a missing resource that is not optional says what is missing, and is followed once it appears") {
  Watched w;
  w.api.offer(kWidget, false);
  w.informer->start();
  CHECK(w.fails_with(Code::NotFound));
  CHECK(w.informer->last_error().message().find("CRD") != std::string::npos);
  CHECK(!w.informer->synced());
  w.api.offer(kWidget, true);
  w.api.put(kWidget, widget("ns", "a"));
  w.pass_backoff();
  CHECK(w.hears("+ia"));
  CHECK(w.syncs());
  CHECK(w.informer->last_error().ok());
}

TEST_CASE("objects of a resource that goes away are reported as deleted") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.offer(kWidget, false);
  w.api.break_streams(unavailable());
  w.pass_backoff();
  CHECK(w.hears("+ia -?a"));
  CHECK(!w.informer->offered());
}

TEST_CASE("a handler that comes late hears of what exists first") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  std::vector<std::string> late;
  w.informer->add_handler([&](const Change& change) {
    const std::lock_guard lock(w.mutex);
    late.emplace_back(change.object().meta().name);
  });
  w.api.put(kWidget, widget("ns", "b"));
  REQUIRE(w.hears("+ia +b"));
  CHECK(w.api.wait_for([&] {
    const std::lock_guard lock(w.mutex);
    return late == std::vector<std::string>{"a", "b"};
  }));
}

TEST_CASE("indexes know a change before handlers hear of it") {
  FakeApi api;
  kube::SimulatedClock clock;
  Informer informer(api, clock, kWidget);
  informer.add_index(
      "name", [](const kube::Object& o) { return std::vector<std::string>{std::string(o.meta().name)}; });
  std::atomic<int> found = 0;
  informer.add_handler([&](const Change& change) {
    if (informer.store().find("name", change.object().meta().name).size() == 1) ++found;
  });
  api.put(kWidget, widget("ns", "a"));
  informer.start();
  REQUIRE(informer.wait_synced({}).ok());
  api.put(kWidget, widget("ns", "b"));
  CHECK(api.wait_for([&] { return found == 2; }));
}

TEST_CASE("an exception of a handler reaches neither other handlers nor the informer") {
  Watched w;
  w.informer->add_handler([](const Change&) { throw std::runtime_error("bad handler"); });
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  w.api.put(kWidget, widget("ns", "b"));
  CHECK(w.syncs());
  CHECK(w.api.wait_for([&] { return w.informer->store().size() == 2; }));
}

TEST_CASE("stopping ends an idle stream and a long backoff at once") {
  Watched w;
  w.informer->start();
  REQUIRE(w.syncs());
  w.informer->stop();
  CHECK(w.api.open_streams() == 0);
  w.informer->stop();

  w.api.fail_with([](const ApiCall&) { return unavailable(); });
  w.informer->start();
  w.clock.wait_for_waiters(1);
  w.informer->stop();
  w.api.fail_with(nullptr);
  w.informer->start();  // and it can go on
  w.api.put(kWidget, widget("ns", "a"));
  CHECK(w.hears("+a"));
}

TEST_SUITE_END();
