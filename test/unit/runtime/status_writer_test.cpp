#include "controller/runtime/write/status_writer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/support/log_capture.hpp"
#include "test/unit/runtime/objects.hpp"

using namespace toolhive;

using runtime::ReadyReport;
using runtime::StatusWriter;
using namespace toolhive::runtime_test;

namespace {

// A widget whose status is written again and again, and the events that came of it.
struct Written {
  explicit Written(ReadyReport report = {}) : writer(api, *events, kWidget, "manager", std::move(report)) {
    api.put(kWidget, widget("ns", "w"));
  }
  bool write(const std::string& ready, const std::string& reason, int generation = 1,
             const std::string& message = "as it is") {
    const Json condition = {{"type", "Ready"},
                            {"status", ready},
                            {"reason", reason},
                            {"message", message},
                            {"lastTransitionTime", "2026-01-01T00:00:00Z"},
                            {"observedGeneration", generation}};
    clock.advance(std::chrono::seconds(1));  // events are named by their time
    const auto written = writer.write({}, *api.find(kWidget, {"ns", "w"}), {{"conditions", {condition}}});
    REQUIRE(written.ok());
    return *written;
  }
  // "<type> <reason> <action>" of all events; ends the recorder.
  std::vector<std::string> told() {
    events.reset();
    std::vector<std::string> told;
    kube::Client& client = api;
    const auto listed = client.list({}, kEvent, {});
    for (const kube::Object& event : listed->items) {
      const Json document = event.json();
      told.push_back(document.value("type", "") + " " + document.value("reason", "") + " " +
                     document.value("action", ""));
    }
    std::sort(told.begin(), told.end());
    return told;
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  std::unique_ptr<runtime::EventRecorder> events =
      std::make_unique<runtime::EventRecorder>(api, clock, "tester", "tester-0");
  StatusWriter writer;
};

using Events = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("status writer");

TEST_CASE("a change of Ready is told once, in an event and a line of the log") {
  test::LogCapture log;
  Written w({.ready_action = "Register"});
  CHECK(w.write("False", "Waiting"));
  CHECK_FALSE(w.write("False", "Waiting"));
  CHECK(w.write("False", "Waiting", 1, "other words alone are no news"));
  CHECK(w.write("True", "Done"));
  CHECK(w.told() == Events{"Normal Done Register", "Warning Waiting Reconcile"});
  const auto lines = log.lines(2);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["msg"] == "not ready");
  CHECK(lines[1]["msg"] == "ready");
  CHECK(lines[1]["reason"] == "Done");
}

TEST_CASE("another reason for the same answer is told") {
  Written w;
  CHECK(w.write("False", "Waiting"));
  CHECK(w.write("False", "Broken"));
  CHECK(w.told() == Events{"Warning Broken Reconcile", "Warning Waiting Reconcile"});
}

TEST_CASE("a new generation is news only where that was asked for") {
  for (const bool each : {false, true}) {
    test::LogCapture log;
    Written w({.each_generation = each});
    CHECK(w.write("True", "Done", 1));
    CHECK(w.write("True", "Done", 2));
    w.told();
    CHECK(log.lines().size() == (each ? 2 : 1));
  }
}

TEST_CASE("what is no event is logged all the same, and being ready always is one") {
  test::LogCapture log;
  Written w({.is_event = [](const runtime::Conditions&) { return false; }});
  CHECK(w.write("False", "Waiting"));
  CHECK(w.write("True", "Done"));
  CHECK(w.told() == Events{"Normal Done Reconcile"});
  CHECK(log.lines(2).size() == 2);
}

TEST_CASE("a status without the condition Ready is written and not told") {
  Written w;
  CHECK(*w.writer.write({}, *w.api.find(kWidget, {"ns", "w"}), {{"size", 3}}));
  CHECK(w.told().empty());
}

TEST_SUITE_END();
