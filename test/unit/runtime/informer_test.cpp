#include "controller/runtime/cache/informer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/objects.hpp"
#include "test/unit/runtime/seed.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::ApiCall;
using kube::Key;
using runtime::Change;
using runtime::Informer;
using runtime::InformerOptions;
using namespace toolhive::runtime_test;

namespace {

// An informer on widgets and the story its handler heard, as in "+a ~a -a": added, updated,
// deleted; "?" marks a deletion whose final state is unknown, "i" what was part of the first list.
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

  testing::FakeApi api;
  testing::SimulatedClock clock;
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
  testing::FakeApi api;
  testing::SimulatedClock clock;
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
  Duration step = 800ms;
  for (int i = 0; i < 10; ++i) {
    w.clock.wait_for_waiters(1);
    const Duration wait = w.clock.next_deadline() - w.clock.now();
    CHECK(wait >= step / 2);
    CHECK(wait <= step);
    w.clock.advance(wait);
    step = std::min<Duration>(step * 2, 30s);
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
  w.api.break_streams(Status(Code::EndOfStream, "end"));
  CHECK(w.api.wait_for([&] { return w.api.count("WATCH") == 2; }));
  w.api.put(kWidget, widget("ns", "b"));
  CHECK(w.hears("+ia +b"));
  CHECK(w.informer->last_error().ok());
}

TEST_CASE("a server that ends every stream at once is not asked in a busy loop") {
  Watched w;
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.break_streams(Status(Code::EndOfStream, "end"));
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
  Context ctx{{}, w.clock.now(), w.clock, {}};
  const Status waited = w.informer->wait_synced(ctx);
  CHECK(waited.code() == Code::Timeout);
  CHECK(waited.message().find("cannot list widgets") != std::string::npos);
}

namespace {

// A state of "a" that nobody can read.
constexpr const char* kBadState =
    R"({"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"ns","resourceVersion":"900","labels":5}}})";
const Json kUnreadable = {{"metadata", {{"labels", 5}}}};
const Json kNameless = {{"metadata", {{"name", 5}}}};

}  // namespace

TEST_CASE("an object that does not decode is set aside with its bytes, the others go on") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.inject(kBadState);
  w.api.inject(R"({"type":"ADDED","object":{"apiVersion":"example.dev/v1","kind":"Widget",
    "metadata":{"name":"c","namespace":"ns","resourceVersion":"901"}}})");
  CHECK(w.hears("+ia +c"));
  CHECK(w.fails_with(Code::Decode));
  CHECK(w.informer->last_error().message().find("\"ns/a\"") != std::string::npos);
  CHECK(w.informer->counters().undecodable == 1);
  CHECK(w.informer->store().size() == 2);  // what was held of it stays
  const auto quarantine = w.informer->quarantine();
  REQUIRE(quarantine.size() == 1);
  CHECK(quarantine[0].key == Key{"ns", "a"});
  CHECK(quarantine[0].resource_version == "900");
  CHECK(quarantine[0].bytes.find(R"("labels":5)") != std::string::npos);
  CHECK(quarantine[0].why.message().find("metadata.labels") != std::string::npos);
}

TEST_CASE("an object leaves the quarantine with its next good state, and with its deletion") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.inject(kBadState);
  REQUIRE(w.fails_with(Code::Decode));
  SUBCASE("good state") {
    w.api.inject(R"({"type":"MODIFIED","object":{"apiVersion":"example.dev/v1","kind":"Widget",
      "metadata":{"name":"a","namespace":"ns","uid":"uid-1","resourceVersion":"901"}}})");
    CHECK(w.hears("+ia ~a"));
  }
  SUBCASE("deletion") {
    w.api.inject(R"({"type":"DELETED","object":{"apiVersion":"example.dev/v1","kind":"Widget",
      "metadata":{"name":"a","namespace":"ns","uid":"uid-1","resourceVersion":"901"}}})");
    CHECK(w.hears("+ia -a"));
  }
  SUBCASE("a deletion that does not decode either") {
    w.api.inject(
        R"({"type":"DELETED","object":{"metadata":{"name":"a","namespace":"ns","resourceVersion":"901","labels":5}}})");
    CHECK(w.hears("+ia -?a"));
  }
  CHECK(w.fails_with(Code::Ok));
  CHECK(w.informer->quarantined() == 0);
}

TEST_CASE("the quarantine keeps the bytes of so many objects and no more, and counts the rest") {
  Watched w;
  for (int i = 0; i < 40; ++i) {
    const std::string name = std::to_string(i);
    w.api.put(kWidget, widget("ns", name, {{"blob", std::string(100'000, 'x')}}));
    w.api.spoil(kWidget, {"ns", name}, kUnreadable);
  }
  w.informer->start();
  REQUIRE(w.syncs());
  CHECK(w.informer->quarantined() == 40);
  CHECK(w.informer->last_error().message().find("40 object(s)") != std::string::npos);
  std::size_t bytes = 0;
  for (const kube::Undecodable& object : w.informer->quarantine()) bytes += object.bytes.size();
  CHECK(bytes == 32 * kube::Undecodable::kMaxBytes);
}

TEST_CASE("an object that does not decode in a list is not taken for deleted") {
  Watched w;
  bool streaming = true;
  SUBCASE("streaming list") {}
  SUBCASE("paged list") {
    streaming = false;
  }
  w.api.support_streaming_lists(streaming);
  w.api.put(kWidget, widget("ns", "a"));
  w.api.put(kWidget, widget("ns", "b"));
  w.informer->start();
  REQUIRE(w.syncs());
  w.api.compact();
  SUBCASE("its name can be read") {
    w.api.spoil(kWidget, {"ns", "a"}, kUnreadable);
    w.api.remove(kWidget, {"ns", "b"});
    w.api.break_streams(Status(Code::Expired, "too old"));
    w.pass_backoff();
    REQUIRE(w.fails_with(Code::Decode));
    CHECK(w.heard() == "+ia +ib -b");
  }
  SUBCASE("its name cannot be read: then nothing that is missing is, until a list is whole") {
    w.api.freeze_streams(true);
    w.api.spoil(kWidget, {"ns", "a"}, kNameless);
    w.api.remove(kWidget, {"ns", "b"});
    w.api.compact();
    w.api.break_streams(Status(Code::Expired, "too old"));
    w.clock.wait_for_waiters(1);
    w.api.freeze_streams(false);
    w.clock.advance(31s);
    REQUIRE(w.fails_with(Code::Decode));
    CHECK(w.informer->store().size() == 2);
    CHECK(w.heard() == "+ia +ib");
    w.api.spoil(kWidget, {"ns", "a"}, {});
    w.api.compact();
    w.api.break_streams(Status(Code::Expired, "too old"));
    w.pass_backoff();
    CHECK(w.hears("+ia +ib -?b"));
  }
  CHECK(w.informer->store().get({"ns", "a"}).has_value());
}

TEST_CASE("an event about an object without a readable name leads to a list") {
  Watched w;
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(w.api.wait_for([&] { return w.api.open_streams() == 1; }));
    w.api.inject(R"({"type":"DELETED","object":{"metadata":{"name":5,"resourceVersion":"900"}}})");
    w.pass_backoff();
  }
  CHECK(w.api.wait_for([&] { return w.api.count("WATCH widgets.example.dev initial") == 2; }));
}

TEST_CASE("what is asked for is a consistent list, then a watch of 5 to 10 minutes with bookmarks") {
  Watched w(InformerOptions{.ns = {}, .label_selector = "a=b", .field_selector = "c=d"});
  std::mutex mutex;
  std::vector<kube::HttpRequest> requests;
  w.api.fail_with([&](const ApiCall& call) {
    const std::lock_guard lock(mutex);
    requests.push_back(call.http);
    return Status();
  });
  w.informer->start();
  REQUIRE(w.syncs());
  for (int i = 0; i < 20; ++i) {
    const std::size_t watches = w.api.count("WATCH");
    w.api.break_streams(Status(Code::EndOfStream, "end"));
    REQUIRE(w.api.wait_for([&] {
      w.clock.advance(2s);  // past the pause after a short stream
      return w.api.count("WATCH") == watches + 1 && w.api.open_streams() == 1;
    }));
  }
  const std::lock_guard lock(mutex);
  std::set<int> timeouts;
  for (const kube::HttpRequest& request : requests) {
    const std::string& target = request.target;
    const bool first = &request == &requests.front();
    CHECK(target.find("labelSelector=a%3Db&fieldSelector=c%3Dd") != std::string::npos);
    CHECK(target.find("allowWatchBookmarks=true") != std::string::npos);
    CHECK((target.find("resourceVersion=") == std::string::npos) == first);
    CHECK((target.find("sendInitialEvents=true&resourceVersionMatch=NotOlderThan") != std::string::npos) ==
          first);
    CHECK(request.accept == "application/json");
    timeouts.insert(std::stoi(target.substr(target.find("timeoutSeconds=") + 15)));
  }
  CHECK(*timeouts.begin() >= 300);
  CHECK(*timeouts.rbegin() <= 600);
  CHECK(timeouts.size() > 5);  // spread
}

TEST_CASE("an informer of metadata asks for nothing else, by list and by watch") {
  InformerOptions options;
  options.metadata_only = true;
  Watched w(options);
  std::mutex mutex;
  std::set<std::string> accepted;
  w.api.fail_with([&](const ApiCall& call) {
    const std::lock_guard lock(mutex);
    accepted.insert(call.http.accept);
    return Status();
  });
  w.api.support_streaming_lists(false);
  w.informer->start();
  REQUIRE(w.syncs());
  REQUIRE(w.api.wait_for([&] { return w.api.open_streams() == 1; }));
  const std::lock_guard lock(mutex);
  CHECK(accepted ==
        std::set<std::string>{"application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
                              "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"});
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
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Informer informer(api, clock, kWidget);
  informer.add_index(
      "name", [](const kube::Object& o) { return std::vector<std::string>{std::string(o.meta().name)}; });
  std::atomic<int> found = 0;
  informer.add_handler([&](const Change& change) {
    if (informer.store().find("name", change.object().meta().name)->size() == 1) ++found;
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

TEST_CASE("a handler that is removed by its owner hears nothing more") {
  Watched w;
  std::atomic<int> heard = 0;
  const int owner = 0;
  w.informer->add_handler([&](const Change&) { ++heard; }, &owner);
  w.api.put(kWidget, widget("ns", "a"));
  w.informer->start();
  REQUIRE(w.syncs());
  CHECK(heard == 1);
  w.informer->remove_handlers(&owner);
  w.api.put(kWidget, widget("ns", "b"));
  CHECK(w.hears("+ia +b"));
  CHECK(heard == 1);
}

// The reference is the world itself, and what somebody knows who believes every change he hears of.
TEST_CASE("whatever the world and the network do, store and handlers come to what the world is") {
  std::mt19937_64 random(test_seed());
  const auto below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    testing::FakeApi api;
    testing::SimulatedClock clock;
    InformerOptions options;
    options.jitter_seed = 1 + random() % 1000;
    Informer informer(api, clock, kWidget, options);
    informer.add_index("size", [](const kube::Object& object) {
      return std::vector<std::string>{object.json()["spec"].value("size", Json(0)).dump()};
    });
    std::mutex mutex;
    std::map<Key, std::string> follows;  // uid and version
    std::string contradiction;
    const auto state = [](const kube::Object& object) {
      return std::string(object.meta().uid) + "@" + std::string(object.meta().resource_version);
    };
    informer.add_handler([&](const Change& change) {
      const std::lock_guard lock(mutex);
      const Key key = change.object().key();
      const auto known = follows.find(key);
      const bool before_known =
          known != follows.end() && change.before && known->second == state(*change.before);
      switch (change.type) {
        case Change::Type::Added:
          if (known != follows.end()) contradiction += " added twice: " + key.to_string();
          break;
        case Change::Type::Updated:
          if (!before_known) contradiction += " updated from an unknown state: " + key.to_string();
          if (change.before->meta().uid != change.after->meta().uid)
            contradiction += " updated to another uid: " + key.to_string();
          break;
        case Change::Type::Deleted:
          if (known == follows.end()) contradiction += " deleted twice: " + key.to_string();
          if (known != follows.end() &&
              known->second.substr(0, known->second.find('@')) != change.before->meta().uid)
            contradiction += " deleted another uid: " + key.to_string();
      }
      if (change.after) {
        follows[key] = state(*change.after);
      } else {
        follows.erase(key);
      }
    });
    api.support_streaming_lists(below(2) == 0);
    informer.start();
    for (int step = 0; step < 150; ++step) {
      const Key key{below(2) == 0 ? "ns" : "other", std::string(1, static_cast<char>('a' + below(6)))};
      switch (below(12)) {
        case 0:
        case 1:
          api.remove(kWidget, key);
          break;
        case 2:  // another object of that name
          api.remove(kWidget, key);
          api.put(kWidget, widget(key.ns, key.name, {{"size", step}}));
          break;
        case 3:
          api.break_streams(unavailable());
          break;
        case 4:
          api.break_streams(Status(Code::EndOfStream, "end"));
          break;
        case 5:  // the next watch gets 410
          api.compact();
          api.break_streams(unavailable());
          break;
        case 6:
          api.compact();
          api.break_streams(Status(Code::Expired, "too old"));
          break;
        case 7:
          api.freeze_streams(below(2) == 0);
          break;
        case 8:
          clock.advance(std::chrono::milliseconds(below(40'000)));
          break;
        default:
          api.put(kWidget, widget(key.ns, key.name, {{"size", step}}));
      }
      if (below(8) == 0) std::this_thread::yield();
    }
    api.freeze_streams(false);
    const auto agrees = [&] {
      const std::lock_guard lock(mutex);
      const auto held = informer.store().list();
      std::size_t indexed = 0;
      for (const kube::Object& object : held) {
        const auto real = api.find(kWidget, object.key());
        if (!real || state(*real) != state(object)) return false;
        const auto known = follows.find(object.key());
        if (known == follows.end() || known->second != state(object)) return false;
        indexed += informer.store().find("size", object.json()["spec"]["size"].dump())->size();
      }
      return held.size() == api.size(kWidget) && follows.size() == held.size() && indexed >= held.size();
    };
    CHECK(api.wait_for([&] {
      clock.advance(5s);
      return agrees();
    }));
    informer.stop();
    CHECK(contradiction == "");
  }
}

TEST_SUITE_END();
