// Conditions, mappers, health, hot loops, backoff: the small parts.
#include <doctest/doctest.h>

#include <cstdio>
#include <ctime>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include "controller/base/backoff.hpp"
#include "controller/base/time.hpp"
#include "controller/runtime/cache/mapping.hpp"
#include "controller/runtime/controller/hot_loop.hpp"
#include "controller/runtime/monitor/health.hpp"
#include "controller/runtime/monitor/metrics.hpp"
#include "controller/runtime/write/conditions.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/objects.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::Key;
using runtime::Change;
using runtime::Condition;
using runtime::Conditions;
using runtime::ConditionStatus;
using namespace toolhive::runtime_test;

namespace {

const WallTime kThen(std::chrono::seconds(1'700'000'000));

Condition condition(const char* type, ConditionStatus status, const char* reason = "Because") {
  Condition c;
  c.type = type;
  c.status = status;
  c.reason = reason;
  c.message = "message";
  c.observed_generation = 3;
  return c;
}

Change updated(const Json& before, const Json& after) {
  Change change;
  change.type = Change::Type::Updated;
  change.before = object(before);
  change.after = object(after);
  return change;
}

}  // namespace

TEST_SUITE_BEGIN("conditions");

TEST_CASE("the transition time moves only when the status flips") {
  Conditions conditions;
  conditions.set(condition("Ready", ConditionStatus::False), kThen);
  conditions.set(condition("Ready", ConditionStatus::False, "Other"), kThen + 1h);
  CHECK(conditions.find("Ready")->last_transition_time == "2023-11-14T22:13:20Z");
  CHECK(conditions.find("Ready")->reason == "Other");
  conditions.set(condition("Ready", ConditionStatus::True), kThen + 2h);
  CHECK(conditions.find("Ready")->last_transition_time == "2023-11-15T00:13:20Z");
  CHECK(conditions.is_true("Ready"));
  CHECK(!conditions.is_true("Other"));
}

TEST_CASE("conditions are sorted by type and survive a round trip") {
  Conditions conditions;
  for (const char* type : {"Ready", "Accepted", "Exposed"})
    conditions.set(condition(type, ConditionStatus::Unknown), kThen);
  const Json json = conditions.to_json();
  CHECK(json[0]["type"] == "Accepted");
  CHECK(json[1]["type"] == "Exposed");
  CHECK(json[2]["type"] == "Ready");
  CHECK(json[2]["status"] == "Unknown");
  CHECK(json[2]["observedGeneration"] == 3);
  CHECK(Conditions::from_json(json).to_json() == json);
  conditions.remove("Exposed");
  CHECK(conditions.to_json().size() == 2);
}

TEST_CASE("malformed conditions are dropped, the others kept") {
  const Json json =
      Json::array({1,
                   nullptr,
                   Json::object(),
                   {{"type", "A"}},
                   {{"type", "B"}, {"status", "Maybe"}},
                   {{"type", 7}, {"status", "True"}},
                   {{"type", "C"}, {"status", "True"}, {"observedGeneration", "x"}, {"reason", 1}}});
  const Conditions conditions = Conditions::from_json(json);
  CHECK(conditions.to_json().size() == 1);
  CHECK(conditions.is_true("C"));
  CHECK(Conditions::from_json(Json("text")).to_json().empty());
  CHECK(Conditions::from_json(Json()).to_json().empty());
}

TEST_CASE("times are printed in UTC, also before 1970") {
  CHECK(to_rfc3339(kThen + 999ms) == "2023-11-14T22:13:20Z");
  CHECK(to_rfc3339_micro(kThen + 1us) == "2023-11-14T22:13:20.000001Z");
  CHECK(to_rfc3339_micro(WallTime(-1us)) == "1969-12-31T23:59:59.999999Z");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("mapping");

TEST_CASE("an owner is matched by group and kind, whatever its version") {
  Json document = config_map("ns", "m");
  document["metadata"]["ownerReferences"] = Json::array({{{"apiVersion", "example.dev/v9"},
                                                          {"kind", "Widget"},
                                                          {"name", "w"},
                                                          {"uid", "u"},
                                                          {"controller", true}}});
  const auto keys = runtime::map_owner(kWidget)(object(document));
  REQUIRE(keys.size() == 1);
  CHECK(keys[0] == Key{"ns", "w"});
  CHECK(runtime::map_owner(kSecret)(object(document)).empty());
  document["metadata"]["ownerReferences"][0]["apiVersion"] = "other.dev/v1";
  CHECK(runtime::map_owner(kWidget)(object(document)).empty());
  document["metadata"]["ownerReferences"][0]["apiVersion"] = "example.dev/v1";
  document["metadata"]["ownerReferences"][0]["controller"] = false;
  CHECK(runtime::map_owner(kWidget)(object(document)).empty());
}

TEST_CASE("a label names a key with or without its namespace") {
  Json document = config_map("ns", "m");
  const auto mapper = runtime::map_label("owner");
  CHECK(mapper(object(document)).empty());
  document["metadata"]["labels"] = {{"owner", "w"}};
  CHECK(mapper(object(document)) == std::vector<Key>{{"ns", "w"}});
  document["metadata"]["labels"] = {{"owner", "other.w"}};
  CHECK(mapper(object(document)) == std::vector<Key>{{"other", "w"}});
}

TEST_CASE("an update wakes the keys of its old and its new state, each once") {
  Json before = config_map("ns", "m"), after = config_map("ns", "m");
  before["metadata"]["labels"] = {{"owner", "a"}};
  after["metadata"]["labels"] = {{"owner", "b"}};
  CHECK(runtime::keys_of(updated(before, after), runtime::map_label("owner")).size() == 2);
  CHECK(runtime::keys_of(updated(before, before), runtime::map_label("owner")).size() == 1);
}

TEST_CASE("declared_changed sees every change but that of status") {
  const auto passes = [](const std::function<void(Json&)>& edit) {
    Json before = widget("ns", "a");
    before["metadata"]["generation"] = 1;
    Json after = before;
    edit(after);
    return runtime::declared_changed()(updated(before, after));
  };
  CHECK(!passes([](Json& o) { o["status"] = {{"ready", true}}; }));
  CHECK(passes([](Json& o) { o["metadata"]["generation"] = 2; }));
  CHECK(passes([](Json& o) { o["metadata"]["labels"] = {{"a", "b"}}; }));
  CHECK(passes([](Json& o) { o["metadata"]["annotations"] = {{"a", "b"}}; }));
  CHECK(passes([](Json& o) { o["metadata"]["finalizers"] = {"a/b"}; }));
  CHECK(passes([](Json& o) { o["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"; }));
  CHECK(passes([](Json& o) {
    o["metadata"]["ownerReferences"] = Json::array(
        {{{"apiVersion", "v1"}, {"kind", "K"}, {"name", "n"}, {"uid", "u"}, {"controller", true}}});
  }));
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("health");

TEST_CASE("a report has a line per check and fails when one does") {
  runtime::Health health;
  CHECK(health.ready().ok);
  health.add_readiness("good", [] { return Status(); });
  health.add_readiness("bad", [] { return Status(Code::Unavailable, "not yet"); });
  const auto report = health.ready();
  CHECK(!report.ok);
  CHECK(report.text.find("[+]good ok\n") != std::string::npos);
  CHECK(report.text.find("[-]bad failed: not yet\n") != std::string::npos);
  CHECK(health.live().ok);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("hot loop");

TEST_CASE("writing passes add up within a minute and are reported once a minute") {
  testing::SimulatedClock clock;
  runtime::HotLoopDetector detector(clock, 3);
  const Key key{"ns", "a"};
  for (int i = 0; i < 3; ++i) CHECK(!detector.pass_ended(key, 1));
  CHECK(detector.pass_ended(key, 1));
  CHECK(!detector.pass_ended(key, 1));
  clock.advance(61s);
  for (int i = 0; i < 3; ++i) CHECK(!detector.pass_ended(key, 1));
  CHECK(detector.pass_ended(key, 2));
}

TEST_CASE("a pass without a write settles the object") {
  testing::SimulatedClock clock;
  runtime::HotLoopDetector detector(clock, 2);
  const Key key{"ns", "a"};
  for (int i = 0; i < 10; ++i) {
    CHECK(!detector.pass_ended(key, 1));
    CHECK(!detector.pass_ended(key, 1));
    CHECK(!detector.pass_ended(key, 0));
  }
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("backoff");

TEST_CASE("equal seeds wait equally, different seeds do not") {
  testing::SimulatedClock clock;
  Backoff a(clock, {}, 1), b(clock, {}, 1), c(clock, {}, 2);
  std::set<std::int64_t> waits;
  for (int i = 0; i < 5; ++i) {
    const auto wait = a.next();
    CHECK(wait == b.next());
    waits.insert((wait - c.next()).count());
  }
  CHECK(waits.size() > 1);
}

TEST_SUITE_END();

namespace {

double metric_value(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  REQUIRE_MESSAGE(at != std::string::npos, name);
  return std::stod(text.substr(at + name.size() + 2));
}

}  // namespace

TEST_CASE("what the process takes is told under the names that Prometheus knows") {
  const runtime::Metrics metrics;
  const std::string before = metrics.text();
  CHECK(metric_value(before, "process_resident_memory_bytes") > 1'000'000);
  CHECK(metric_value(before, "process_virtual_memory_bytes") >=
        metric_value(before, "process_resident_memory_bytes"));
  CHECK(metric_value(before, "process_max_fds") >= metric_value(before, "process_open_fds"));
  const double now = static_cast<double>(std::time(nullptr));
  // The boot time is in whole seconds.
  CHECK(metric_value(before, "process_start_time_seconds") <= now + 2);
  CHECK(metric_value(before, "process_start_time_seconds") > now - 86'400);

  std::FILE* const opened = std::fopen("/dev/null", "r");
  const std::clock_t start = std::clock();
  while (std::clock() - start < CLOCKS_PER_SEC / 20) {
  }
  const std::string after = metrics.text();
  std::fclose(opened);
  CHECK(metric_value(after, "process_open_fds") == metric_value(before, "process_open_fds") + 1);
  CHECK(metric_value(after, "process_cpu_seconds_total") > metric_value(before, "process_cpu_seconds_total"));
}
