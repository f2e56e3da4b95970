#include "controller/runtime/manager/manager.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <future>
#include <thread>

#include "controller/base/log.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/support/log_capture.hpp"
#include "test/unit/runtime/running.hpp"
#include "test/unit/runtime/widget.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::ApiCall;
using kube::Key;
using runtime::Manager;
using runtime::ManagerOptions;
using runtime::Pass;
using runtime::Result;
using namespace toolhive::runtime_test;

namespace {

// What a controller of widgets does in a pass.
using Step = std::function<StatusOr<Result>(Pass&)>;
using WidgetRef = kube::Ref<Widget>;

const Step kNothing = [](Pass&) { return Result{}; };

// A controller of widgets that calls `step` and counts, passes over widgets that are gone included.
struct Counting : Running {
  using Running::Running;
  ~Counting() { (void)end(); }
  runtime::ControllerHandle reconcile(Step step) {
    return manager.controller<Widget>("widgets")
        .owns(kConfigMap)
        .on_gone([this](const Key&) { ++passes; })
        .reconcile([this, step = std::move(step)](Pass& pass, const WidgetRef&) {
          ++passes;
          return step(pass);
        });
  }
  std::atomic<int> passes = 0;
};

// On a clock that only the test moves, so that no lease is lost because a machine is busy.
ManagerOptions candidate(const std::string& identity, Clock& clock) {
  ManagerOptions options;
  options.clock = &clock;
  options.leader_election.emplace();
  options.leader_election->ns = "system";
  options.leader_election->lease_name = "leader";
  options.leader_election->identity = identity;
  return options;
}

// Each widget owns a config map of its name.
StatusOr<Result> make_config_map(Pass& pass) {
  return runtime::to_result(pass.apply(kConfigMap, {{"data", {{"k", "v"}}}}).status());
}

}  // namespace

TEST_SUITE_BEGIN("manager");

TEST_CASE("objects are reconciled, owned objects are restored, and nothing is written at rest") {
  Counting r;
  const auto widgets = r.reconcile(make_config_map);
  r.api->put(kWidget, widget("ns", "before"));
  r.start();
  REQUIRE(r.wait_for([&] { return r.api->find(kConfigMap, {"ns", "before"}).has_value(); }));
  r.api->put(kWidget, widget("ns", "after"));
  REQUIRE(r.wait_for([&] { return r.api->find(kConfigMap, {"ns", "after"}).has_value(); }));

  r.api->remove(kConfigMap, {"ns", "after"});
  REQUIRE(r.wait_for([&] { return r.api->find(kConfigMap, {"ns", "after"}).has_value(); }));
  auto edited = r.api->find(kConfigMap, {"ns", "before"})->json();
  edited["data"]["k"] = "edited";
  r.api->put(kConfigMap, edited);
  REQUIRE(r.wait_for([&] { return r.api->find(kConfigMap, {"ns", "before"})->json()["data"]["k"] == "v"; }));

  // Every further pass finds things as they should be.
  int passes = r.passes;
  REQUIRE(r.wait_for([&] { return std::exchange(passes, r.passes.load()) == r.passes; }));
  r.api->clear_calls();
  for (int i = 0; i < 20; ++i) {
    passes = r.passes;
    widgets.wake({"ns", i % 2 ? "before" : "after"});
    REQUIRE(r.wait_for([&] { return r.passes > passes; }));
  }
  CHECK(r.end().ok());
  CHECK(r.api->writes().empty());
}

TEST_CASE("a change of status alone wakes nobody, a deletion always does") {
  Counting r;
  r.reconcile(kNothing);
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return r.passes == 1; }));
  auto document = r.api->find(kWidget, {"ns", "a"})->json();
  document["status"] = {{"ready", true}};
  r.api->put(kWidget, document);
  REQUIRE(r.wait_for([&] {
    const auto cached = r.manager.cache().list(kWidget);
    return cached->size() == 1 && (*cached)[0].json().contains("status");
  }));
  CHECK(r.passes == 1);
  r.api->remove(kWidget, {"ns", "a"});
  CHECK(r.wait_for([&] { return r.passes == 2; }));
}

TEST_CASE("an error is tried again with backoff, a terminal one is not until a change") {
  Counting r;
  std::atomic<bool> terminal = false;
  r.reconcile([&](Pass&) -> StatusOr<Result> {
    const Status why(Code::Unavailable, "not now");
    return terminal ? why.as_terminal() : why;
  });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return r.passes >= 4; }));
  terminal = true;
  CHECK(r.shows("controller_runtime_terminal_reconcile_errors_total{controller=\"widgets\"} 1"));
  const int passes = r.passes;
  std::this_thread::sleep_for(100ms);  // nothing can be waited for where nothing happens
  CHECK(r.passes == passes);
  r.api->put(kWidget, widget("ns", "a", {{"size", 2}}));
  CHECK(r.wait_for([&] { return r.passes == passes + 1; }));
}

TEST_CASE("a Conflict is tried again quietly and counted apart from errors") {
  Counting r;
  r.reconcile([&](Pass&) -> StatusOr<Result> {
    if (r.passes < 3) return Status(Code::Conflict, "changed meanwhile");
    return Result{};
  });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  CHECK(r.shows("controller_runtime_reconcile_conflicts_total{controller=\"widgets\"} 2"));
  CHECK(r.shows("controller_runtime_reconcile_errors_total{controller=\"widgets\"} 0"));
  CHECK(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"success\"} 1"));
}

TEST_CASE("an exception ends the pass as an error and leaves the worker alive") {
  Counting r;
  r.reconcile([&](Pass&) -> StatusOr<Result> {
    if (r.passes == 1) throw std::runtime_error("boom");
    if (r.passes == 2) throw 42;
    return Result{};
  });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  CHECK(r.wait_for([&] { return r.passes == 3; }));
  CHECK(r.shows("controller_runtime_reconcile_panics_total{controller=\"widgets\"} 2"));
}

TEST_CASE("a pass that asks to be called again is") {
  Counting r;
  r.reconcile([&](Pass&) -> StatusOr<Result> {
    return r.passes < 3 ? Result{.requeue_after = Duration(10ms)} : Result{};
  });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  CHECK(r.wait_for([&] { return r.passes == 3; }));
  CHECK(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"requeue_after\"} 2"));
}

TEST_CASE("a pass is given a deadline and an id of its own") {
  Counting r;
  std::mutex mutex;
  std::set<std::string> ids;
  std::atomic<bool> bounded = false;
  r.manager.controller<Widget>("widgets").timeout(7s).concurrency(2).reconcile(
      [&](Pass& pass, const WidgetRef&) -> Status {
        const Context& ctx = pass.ctx();
        const std::lock_guard lock(mutex);
        ids.insert(std::string(ctx.reconcile_id));
        bounded = ctx.deadline - ctx.clock.now() <= 7s;
        return {};
      });
  for (const char* name : {"a", "b", "c"}) r.api->put(kWidget, widget("ns", name));
  r.start();
  CHECK(r.wait_for([&] {
    const std::lock_guard lock(mutex);
    return ids.size() == 3;
  }));
  CHECK(bounded);
}

TEST_CASE("an object that every pass writes to is reported as a hot loop") {
  Counting r;
  r.reconcile([&](Pass& pass) {
    const std::string count = std::to_string(r.passes);
    const Json next = widget(pass.key().ns, pass.key().name, {{"count", count}});
    return runtime::to_result(r.manager.client().apply(pass.ctx(), kWidget, next).status());
  });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  CHECK(r.shows("controller_runtime_hot_loops_total{controller=\"widgets\"} 1"));
}

TEST_CASE("conflicting declarations surface when the manager runs") {
  Counting r;
  r.reconcile(kNothing);
  runtime::InformerOptions other;
  other.label_selector = "a=b";
  r.manager.controller<Widget>("others")
      .watches(kConfigMap, runtime::map_self(), other)
      .reconcile([](Pass&, const WidgetRef&) { return Status(); });
  r.start();
  CHECK(r.done.get().code() == Code::Internal);
}

TEST_CASE("readiness fails with the name and the cause until every cache has synced") {
  Counting r;
  r.reconcile(kNothing);
  r.api->fail_with([](const ApiCall& call) {
    return call.type == kConfigMap ? Status(Code::Forbidden, "no right to list configmaps") : Status();
  });
  CHECK(!r.manager.health().ready().ok);
  r.start();
  REQUIRE(r.wait_for([&] {
    return r.manager.health().ready().text.find("no right to list configmaps") != std::string::npos;
  }));
  CHECK(!r.manager.health().ready().ok);
  CHECK(r.manager.health().live().ok);
  r.api->put(kWidget, widget("ns", "a"));
  r.api->fail_with(nullptr);
  CHECK(r.wait_for([&] { return r.manager.health().ready().ok; }));
  CHECK(r.wait_for([&] { return r.passes == 1; }));
}

TEST_CASE("the metrics have the names that dashboards know") {
  ManagerOptions options;
  options.api_host = "10.0.0.1:443";
  Counting r(std::make_shared<testing::FakeApi>(), options);
  r.reconcile(kNothing);
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return r.passes == 1; }));
  REQUIRE(r.manager.client().get({}, kWidget, {"ns", "a"}).ok());
  REQUIRE(r.shows("result=\"success\"} 1"));
  const std::string text = r.manager.metrics().text();
  for (const char* name :
       {"controller_runtime_reconcile_total{",
        "controller_runtime_reconcile_errors_total{",
        "controller_runtime_reconcile_time_seconds_count{",
        "controller_runtime_active_workers{",
        "controller_runtime_max_concurrent_reconciles{",
        "workqueue_depth{",
        "workqueue_adds_total{",
        "workqueue_queue_duration_seconds_count{",
        "workqueue_work_duration_seconds_count{",
        "workqueue_retries_total{",
        "rest_client_request_duration_seconds_count{",
        "rest_client_requests_total{code=\"200\",host=\"10.0.0.1:443\",method=\"GET\"} ",
        "controller_runtime_cache_objects{namespace=\"\",resource=\"widgets.example.dev\"} 1",
        "controller_runtime_cache_bytes{",
        "controller_runtime_cache_lag_seconds{",
        "controller_runtime_cache_synced{",
        "controller_runtime_cache_quarantined_objects{",
        "# TYPE controller_runtime_cache_watch_restarts_total counter",
        "controller_runtime_cache_watch_restarts_total{namespace=\"\",resource=\"widgets.example.dev\"} 0",
        "# TYPE controller_runtime_reconcile_total counter",
        "# TYPE workqueue_depth gauge",
        "# TYPE controller_runtime_reconcile_time_seconds histogram",
        "# TYPE rest_client_requests_total counter"})
    CHECK_MESSAGE(text.find(name) != std::string::npos, name);
  CHECK(text.find("leader_election_master_status") == std::string::npos);  // there is no election

  r.api->break_streams(Status(Code::Unavailable, "connection reset"));
  CHECK(r.shows(
      "controller_runtime_cache_watch_restarts_total{namespace=\"\",resource=\"widgets.example.dev\"} 1"));
}

TEST_CASE("a metric tells of a lease that asks for more time than it is given, until it is taken") {
  testing::SimulatedClock clock;
  const auto api = std::make_shared<testing::FakeApi>();
  api->put(kLease, {{"metadata", {{"namespace", "system"}, {"name", "leader"}}},
                    {"spec", {{"holderIdentity", "gone"}, {"leaseDurationSeconds", 2'000'000'000}}}});
  Counting r(api, candidate("a", clock));
  CHECK(r.shows("leader_election_lease_capped{name=\"leader\"} 0"));
  r.start();
  CHECK(r.shows("leader_election_lease_capped{name=\"leader\"} 1"));
}

TEST_CASE("the metric of leadership is 1 exactly while the lease is surely held") {
  testing::SimulatedClock clock;
  Counting r(std::make_shared<testing::FakeApi>(), candidate("a", clock));
  CHECK(r.shows("leader_election_master_status{name=\"leader\"} 0"));
  r.start();
  CHECK(r.shows("leader_election_master_status{name=\"leader\"} 1"));
  r.api->fail_with([](const ApiCall& call) {
    return call.type == kLease ? Status(Code::Unavailable, "connection refused") : Status();
  });
  clock.advance(10s);
  CHECK(r.shows("leader_election_master_status{name=\"leader\"} 0"));
}

TEST_CASE("an object that does not decode is told in readiness, which it does not take away") {
  Counting r;
  r.reconcile(kNothing);
  r.api->put(kWidget, widget("ns", "good"));
  r.api->put(kWidget, widget("ns", "bad"));
  r.api->spoil(kWidget, {"ns", "bad"}, {{"metadata", {{"labels", 5}}}});
  r.start();
  REQUIRE(r.wait_for([&] { return r.passes == 1; }));
  const auto report = r.manager.health().ready();
  CHECK(report.ok);
  CHECK(report.text.find("[!]quarantine: ") != std::string::npos);
  CHECK(report.text.find("\"ns/bad\"") != std::string::npos);
  CHECK(r.shows(
      "controller_runtime_cache_quarantined_objects{namespace=\"\",resource=\"widgets.example.dev\"} 1"));
}

TEST_CASE("a deletion that was missed while disconnected wakes the owner") {
  Counting r;
  r.reconcile(make_config_map);
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return r.manager.cache().list(kConfigMap)->size() == 1; }));
  const auto uid = r.api->find(kConfigMap, {"ns", "a"})->json()["metadata"]["uid"];
  // Of the deletion there will be no event, only a list without the object.
  r.api->freeze_streams(true);
  r.api->remove(kConfigMap, {"ns", "a"});
  r.api->compact();
  r.api->break_streams(Status(Code::Expired, "too old"));
  r.api->freeze_streams(false);
  CHECK(r.wait_for([&] {
    const auto made = r.api->find(kConfigMap, {"ns", "a"});
    return made && made->json()["metadata"]["uid"] != uid;
  }));
  CHECK(r.end().ok());
}

TEST_CASE(
    "a pass that goes on for long after its time limit is reported, one that ends with its last call is "
    "not") {
  test::LogCapture capture;
  testing::SimulatedClock clock;
  ManagerOptions options;
  options.clock = &clock;
  {
    Counting r(std::make_shared<testing::FakeApi>(), options);
    r.manager.controller<Widget>("widgets").timeout(7s).reconcile([&](Pass& pass, const WidgetRef&) {
      clock.advance(pass.key().name == "late" ? 8s + 1ms : 7s + 1ms);
      ++r.passes;
      return Status();
    });
    for (const char* name : {"just", "late"}) r.api->put(kWidget, widget("ns", name));
    r.start();
    REQUIRE(r.wait_for([&] { return r.passes == 2; }));
  }
  std::set<std::string> reported;
  for (const auto& line : capture.lines()) {
    if (line["msg"].get<std::string>().starts_with("a pass went on")) reported.insert(line["name"]);
  }
  CHECK(reported == std::set<std::string>{"late"});
}

TEST_CASE("every line that a pass logs carries its id and its object") {
  test::LogCapture capture;
  std::string id;
  {
    Counting r;
    r.reconcile([&](Pass& pass) -> StatusOr<Result> {
      if (r.passes > 1) return Result{};
      id = pass.ctx().reconcile_id;
      log(LogLevel::Info, "from inside");
      return Status(Code::Unavailable, "not now");
    });
    r.api->put(kWidget, widget("ns", "a"));
    r.start();
    REQUIRE(r.wait_for([&] { return r.passes == 2; }));
  }
  int lines = 0;
  for (const auto& line : capture.lines()) {
    if (line["msg"] != "from inside" && line["msg"] != "reconcile failed") continue;
    ++lines;
    CHECK(line["reconcileID"] == id);
    CHECK(line["controller"] == "widgets");
    CHECK(line["namespace"] == "ns");
    CHECK(line["name"] == "a");
  }
  CHECK(lines == 2);
}

TEST_CASE("leader work runs while leading and ends with it") {
  Counting r;
  std::atomic<int> state = 0;
  r.manager.add_leader_work("waiter", [&](const Context& ctx) {
    state = 1;
    sleep_until(ctx.clock, TimePoint::max(), ctx.stop);
    state = 2;
  });
  r.start();
  REQUIRE(r.wait_for([&] { return state == 1; }));
  CHECK(r.end().ok());
  CHECK(state == 2);
}

TEST_CASE("a runnable runs on a standby as well, once the caches are synced, and outlives leader work") {
  testing::SimulatedClock clock;
  auto api = std::make_shared<testing::FakeApi>();
  Counting leader(api, candidate("leader", clock)), standby(api, candidate("standby", clock));
  std::atomic<int> running = 0;
  std::atomic<bool> synced = false, leads = false, leader_work_ended = false, outlived = false;
  for (Counting* r : {&leader, &standby}) {
    r->reconcile(kNothing);
    r->manager.add_runnable("server", [&, r](const Context& ctx) {
      synced = r->manager.cache().synced();
      ++running;
      sleep_until(ctx.clock, TimePoint::max(), ctx.stop);
      if (r == &leader) outlived = leader_work_ended.load();
      --running;
    });
    r->manager.add_runnable("faulty", [](const Context&) { throw std::runtime_error("boom"); });
  }
  leader.manager.add_leader_work("work", [&](const Context& ctx) {
    leads = true;
    sleep_until(ctx.clock, TimePoint::max(), ctx.stop);
    leader_work_ended = true;
  });
  leader.start();
  REQUIRE(api->wait_for([&] { return running == 1 && leads; }));
  standby.start();
  REQUIRE(api->wait_for([&] { return running == 2; }));
  CHECK(synced);
  CHECK(leader.end().ok());
  CHECK(outlived);
  CHECK(running == 1);
  CHECK(standby.end().ok());
  CHECK(running == 0);
}

TEST_CASE("a runnable that does not end is named") {
  ManagerOptions options;
  options.graceful_stop = 100ms;
  Counting r(std::make_shared<testing::FakeApi>(), options);
  std::atomic<bool> began = false, finish = false;
  r.manager.add_runnable("stubborn", [&](const Context&) {
    began = true;
    while (!finish) std::this_thread::yield();
  });
  r.start();
  REQUIRE(r.wait_for([&] { return began.load(); }));
  const Status ended = r.end();
  CHECK(ended.code() == Code::Unfinished);
  CHECK(ended.message().find("work stubborn") != std::string::npos);
  finish = true;
}

TEST_CASE("a pass under way may end by itself when the manager stops") {
  Counting r;
  std::atomic<bool> began = false, finish = false, interrupted = false;
  r.reconcile([&](Pass& pass) -> StatusOr<Result> {
    began = true;
    while (!finish) std::this_thread::yield();
    interrupted = pass.ctx().stop.stop_requested();
    return Result{};
  });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return began.load(); }));
  r.stop.request_stop();
  finish = true;
  CHECK(r.end().ok());
  CHECK(!interrupted);
}

TEST_CASE("a pass that does not end by itself has its token fired, and one that ignores it is named") {
  ManagerOptions options;
  bool obedient = false;
  SUBCASE("obeys") {
    obedient = true;
    options.graceful_stop = 2s;  // half of it is for the pass to end, on a busy machine as well
  }
  SUBCASE("ignores") {
    options.graceful_stop = 100ms;
  }
  Counting r(std::make_shared<testing::FakeApi>(), options);
  std::atomic<bool> finish = false, began = false;
  r.reconcile([&](Pass& pass) -> StatusOr<Result> {
    began = true;
    while (!finish && !(obedient && pass.ctx().stop.stop_requested())) std::this_thread::yield();
    return Result{};
  });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return began.load(); }));
  const Status ended = r.end();
  if (obedient) {
    CHECK(ended.ok());
  } else {
    CHECK(ended.code() == Code::Unfinished);
    CHECK(ended.message().find("controller widgets") != std::string::npos);
  }
  finish = true;
}

TEST_CASE("without the lease no write is sent, but reads and reviews are") {
  testing::SimulatedClock clock;
  auto api = std::make_shared<testing::FakeApi>();
  Counting leader(api, candidate("leader", clock)), standby(api, candidate("standby", clock));
  const Context ctx{{}, TimePoint::max(), clock, {}};
  leader.start();
  REQUIRE(api->wait_for([&] { return leader.manager.client().apply(ctx, kWidget, widget("ns", "a")).ok(); }));
  standby.start();
  REQUIRE(api->wait_for([&] { return standby.manager.health().ready().ok; }));
  CHECK(standby.manager.client().apply(ctx, kWidget, widget("ns", "b")).status().code() == Code::Fenced);
  CHECK(standby.manager.client().remove(ctx, kWidget, {"ns", "a"}).code() == Code::Fenced);
  CHECK(standby.manager.client().get({}, kWidget, {"ns", "a"}).ok());
  const kube::ResourceType review{"authentication.k8s.io", "v1", "TokenReview", "tokenreviews",
                                  kube::Scope::Cluster};
  CHECK(standby.manager.client().create({}, review, {{"metadata", {{"name", "r"}}}}).ok());
  CHECK(!api->find(kWidget, {"ns", "b"}));
}

TEST_CASE(
    "losing the lease demotes in process: passes stop, caches stay, and all is reconciled when it is back") {
  testing::SimulatedClock clock;
  auto api = std::make_shared<testing::FakeApi>();
  Counting r(api, candidate("a", clock));
  r.reconcile(kNothing);
  api->put(kWidget, widget("ns", "x"));
  r.start();
  REQUIRE(r.wait_for([&] { return r.passes == 1; }));
  const Context ctx{{}, TimePoint::max(), clock, {}};
  std::atomic<bool> refuse = true;
  api->fail_with([&](const ApiCall& call) {
    return refuse && call.type == kLease ? Status(Code::Unavailable, "connection refused") : Status();
  });
  const auto write = [&] {
    return r.manager.client().apply(ctx, kConfigMap, config_map("ns", "m")).status().code();
  };
  CHECK(write() == Code::Ok);
  clock.advance(10s);
  CHECK(write() == Code::Fenced);
  // It competes again only after its work has ended.
  REQUIRE(r.wait_for([&] { return api->count("GET leases") == 2; }));
  api->put(kWidget, widget("ns", "y"));
  REQUIRE(r.wait_for([&] { return r.manager.cache().list(kWidget)->size() == 2; }));
  CHECK(r.passes == 1);
  CHECK(r.manager.health().ready().ok);
  refuse = false;
  CHECK(r.wait_for([&] {
    clock.advance(100ms);
    return r.passes >= 3;
  }));
  CHECK(r.end().ok());
}

TEST_CASE("when the leader stops, the standby takes over with everything in its queue") {
  testing::SimulatedClock clock;
  auto api = std::make_shared<testing::FakeApi>();
  auto a = std::make_unique<Counting>(api, candidate("a", clock));
  Counting b(api, candidate("b", clock));
  a->reconcile(kNothing);
  b.reconcile(kNothing);
  api->put(kWidget, widget("ns", "x"));
  a->start();
  REQUIRE(api->wait_for([&] { return a->passes == 1; }));
  b.start();
  REQUIRE(api->wait_for([&] { return b.manager.health().ready().ok; }));
  CHECK(b.passes == 0);
  CHECK(a->end().ok());
  CHECK(api->wait_for([&] {
    clock.advance(100ms);
    return b.passes >= 1;
  }));
}

TEST_SUITE_END();
