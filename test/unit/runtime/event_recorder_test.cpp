#include "controller/runtime/events/event_recorder.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "controller/runtime/events/event_log.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/objects.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using runtime::EventLog;
using runtime::EventRecorder;
using runtime::EventType;
using namespace toolhive::runtime_test;

namespace {

// Keeps what was sent.
struct Recorded {
  Recorded() {
    api.fail_with([this](const kube::ApiCall& call) {
      const std::lock_guard lock(mutex);
      bodies.push_back(Json::parse(call.http.body));
      return answer;
    });
    recorder = std::make_unique<EventRecorder>(api, clock, "example.dev/controller", "pod-1");
  }
  Json body(std::size_t i) {
    const std::lock_guard lock(mutex);
    return bodies.at(i);
  }
  bool sends(std::size_t n) const {
    return api.wait_for([&] { return api.count("") == n; });
  }

  std::mutex mutex;
  std::vector<Json> bodies;
  Status answer;
  testing::FakeApi api;
  testing::SimulatedClock clock;
  std::unique_ptr<EventRecorder> recorder;
};

kube::Object subject(const char* name = "a") {
  auto document = widget("ns", name);
  document["metadata"]["uid"] = std::string("uid-") + name;
  return object(document);
}

}  // namespace

TEST_SUITE_BEGIN("event recorder");

TEST_CASE("an event says what happened to which object, and who says so") {
  Recorded r;
  r.recorder->record(subject(), EventType::Warning, "TooBig", "Reconcile", "the widget is too big");
  REQUIRE(r.sends(1));
  const Json event = r.body(0);
  CHECK(event["apiVersion"] == "events.k8s.io/v1");
  CHECK(event["metadata"]["namespace"] == "ns");
  CHECK(event["type"] == "Warning");
  CHECK(event["reason"] == "TooBig");
  CHECK(event["action"] == "Reconcile");
  CHECK(event["note"] == "the widget is too big");
  CHECK(event["reportingController"] == "example.dev/controller");
  CHECK(event["reportingInstance"] == "pod-1");
  CHECK(event["eventTime"] == "2023-11-14T22:13:20.000000Z");
  CHECK(event["regarding"]["kind"] == "Widget");
  CHECK(event["regarding"]["name"] == "a");
  CHECK(event["regarding"]["uid"] == "uid-a");
}

TEST_CASE("equal events within six minutes become one with a series, counted once a minute") {
  Recorded r;
  for (int i = 0; i < 5; ++i) r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "done");
  REQUIRE(r.sends(1));
  r.clock.wait_for_waiters(1);
  r.clock.advance(1min);
  REQUIRE(r.sends(2));
  CHECK(r.body(1)["series"]["count"] == 5);
  r.clock.wait_for_waiters(1);
  r.clock.advance(7min);
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "done");
  REQUIRE(r.sends(3));
  CHECK(r.body(2)["reason"] == "Done");
}

TEST_CASE("events that differ are not merged") {
  Recorded r;
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "one");
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "two");
  r.recorder->record(subject("b"), EventType::Normal, "Done", "Reconcile", "one");
  CHECK(r.sends(3));
}

TEST_CASE("one object may send 25 events in a burst, then one in 5 minutes; others are not affected") {
  EventLog log;
  TimePoint now{};
  std::optional<runtime::EventDelivery> delivery;
  const auto verdict = [&](const std::string& uid, int i) {
    runtime::EventContent content;
    content.uid = uid;
    content.note = std::to_string(i);
    return log.record(content, now, {}, delivery);
  };
  for (int i = 0; i < 25; ++i) CHECK(verdict("a", i) == EventLog::Verdict::New);
  CHECK(verdict("a", 25) == EventLog::Verdict::Limited);
  CHECK(verdict("b", 0) == EventLog::Verdict::New);
  now += 5min;
  CHECK(verdict("a", 26) == EventLog::Verdict::New);
  CHECK(verdict("a", 27) == EventLog::Verdict::Limited);
}

TEST_CASE("recording never waits for the API server, and the queue is bounded") {
  Recorded r;
  std::atomic<bool> hold = true;
  r.api.fail_with([&](const kube::ApiCall&) {
    while (hold) std::this_thread::yield();
    return Status();
  });
  for (int i = 0; i < 1500; ++i)
    r.recorder->record(subject(std::to_string(i).c_str()), EventType::Normal, "Done", "Reconcile", "done");
  CHECK(r.recorder->counters().dropped >= 499);
  hold = false;
  r.recorder->stop();
  const auto counters = r.recorder->counters();
  CHECK(counters.sent + counters.dropped == 1500);
}

TEST_CASE("an event that the API server refuses is dropped and may come again") {
  Recorded r;
  r.answer = Status(Code::Forbidden, "no");
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "done");
  REQUIRE(r.api.wait_for([&] { return r.recorder->counters().dropped == 1; }));
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "done");
  CHECK(r.sends(2));
}

TEST_CASE("stopping sends what is queued, with the counts of series") {
  Recorded r;
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "done");
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", "done");
  r.recorder->stop();
  REQUIRE(r.api.count("") == 2);
  CHECK(r.body(1)["series"]["count"] == 2);
  r.recorder->record(subject("b"), EventType::Normal, "Done", "Reconcile", "done");
  CHECK(r.api.count("") == 2);
}

TEST_CASE("notes are cut to 1 kB between characters") {
  Recorded r;
  std::string note(1023, 'x');
  note += "\xc3\xa4 and more";
  r.recorder->record(subject(), EventType::Normal, "Done", "Reconcile", note);
  REQUIRE(r.sends(1));
  CHECK(r.body(0)["note"].get<std::string>() == std::string(1023, 'x'));
}

TEST_SUITE_END();
