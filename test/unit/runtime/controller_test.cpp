// A typed controller: which of its functions an object gets, and what its passes write.
#include "controller/runtime/manager/controller.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/runtime/manager/manager.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/support/log_capture.hpp"
#include "test/unit/runtime/running.hpp"
#include "test/unit/runtime/widget.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::Key;
using runtime::FinalizerNeed;
using runtime::Pass;
using runtime::Result;
using namespace toolhive::runtime_test;
using WidgetRef = kube::Ref<Widget>;

namespace {

const Key kKey{"ns", "a"};
constexpr const char* kFinalizer = "example.dev/undo";

runtime::ManagerOptions on(Clock& clock) {
  runtime::ManagerOptions options;
  options.clock = &clock;
  return options;
}

Status nothing(Pass&, const WidgetRef&) {
  return {};
}

std::vector<Json> events(Running& r) {
  std::vector<Json> documents;
  const auto list = r.manager.client().list({}, kEvent, {});
  for (const kube::Object& event : list->items) documents.push_back(event.json());
  return documents;
}

bool held(Running& r) {
  const auto object = r.api->find(kWidget, kKey);
  return object && object->meta().has_finalizer(kFinalizer);
}

Json with_finalizer(Json widget, const char* finalizer) {
  widget["metadata"]["finalizers"] = {finalizer};
  return widget;
}

}  // namespace

TEST_SUITE_BEGIN("controller");

TEST_CASE("a pass is given the decoded object, and may answer a Status") {
  Running r;
  std::atomic<int> size = 0, failures = 0;
  r.manager.controller<Widget>("widgets").reconcile([&](Pass& pass, const WidgetRef& widget) -> Status {
    if (pass.key() != kKey || widget.key() != kKey) return {};
    if (++failures < 3) return Status(Code::Unavailable, "not now");
    size = widget->size;
    return {};
  });
  r.api->put(kWidget, widget("ns", "a", {{"size", 7}}));
  r.start();
  CHECK(r.wait_for([&] { return size == 7; }));
  CHECK(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"success\"} 1"));
}

TEST_CASE("what a pass applies has the object's name, namespace and ownership, and it can remove it again") {
  Running r;
  r.manager.controller<Widget>("widgets")
      .owns(kConfigMap)
      .reconcile([&](Pass& pass, const WidgetRef& widget) -> Status {
        if (widget->size == 0) return pass.remove(kConfigMap, widget.key().name);
        return pass.apply(kConfigMap, {{"data", {{"size", std::to_string(widget->size)}}}}).status();
      });
  const auto owner = r.api->put(kWidget, widget("ns", "a", {{"size", 7}}));
  r.start();
  REQUIRE(r.wait_for([&] { return r.api->find(kConfigMap, kKey).has_value(); }));
  const auto made = r.api->find(kConfigMap, kKey);
  CHECK(made->json()["data"]["size"] == "7");
  REQUIRE(made->meta().controller() != nullptr);
  CHECK(made->meta().controller()->uid == owner.meta().uid);
  r.api->put(kWidget, widget("ns", "a", {{"size", 0}}));
  CHECK(r.wait_for([&] { return !r.api->find(kConfigMap, kKey); }));
}

TEST_CASE("a pass may name what it applies") {
  Running r;
  r.manager.controller<Widget>("widgets")
      .owns(kConfigMap)
      .reconcile([&](Pass& pass, const WidgetRef&) -> Status {
        return pass.apply(kConfigMap, {{"metadata", {{"name", "part"}}}}).status();
      });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  CHECK(r.wait_for([&] { return r.api->find(kConfigMap, {"ns", "part"}).has_value(); }));
}

TEST_CASE("a name that is taken is a Warning event on the object, and is tried again after a minute") {
  testing::SimulatedClock clock;
  Running r(std::make_shared<testing::FakeApi>(), on(clock));
  std::atomic<int> passes = 0;
  r.manager.controller<Widget>("widgets")
      .owns(kConfigMap)
      .reconcile([&](Pass& pass, const WidgetRef&) -> Status {
        ++passes;
        return pass.apply(kConfigMap, {{"data", {{"k", "v"}}}}).status();
      });
  r.api->put(kConfigMap, config_map("ns", "a", {{"k", "mine"}}));
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"requeue_after\"} 1"));
  REQUIRE(r.wait_for([&] { return r.api->size(kEvent) == 1; }));
  const Json event = events(r).front();
  CHECK(event["type"] == "Warning");
  CHECK(event["reason"] == "NameConflict");
  CHECK(event["regarding"]["name"] == "a");
  CHECK(r.api->find(kConfigMap, kKey)->json()["data"]["k"] == "mine");
  r.api->remove(kConfigMap, kKey);
  CHECK(r.wait_for([&] { return clock.next_deadline() - clock.now() == 60s; }));
  const int before = passes;
  clock.advance(59s);
  CHECK(passes == before);
  clock.advance(1s);
  CHECK(r.wait_for([&] {
    const auto made = r.api->find(kConfigMap, kKey);
    return made && made->json()["data"]["k"] == "v";
  }));
}

TEST_CASE("an object that is gone is given to on_gone alone") {
  Running r;
  std::atomic<int> passes = 0, gone = 0;
  r.manager.controller<Widget>("widgets")
      .on_gone([&](const Key& key) { gone += key == kKey; })
      .reconcile([&](Pass&, const WidgetRef&) -> Status {
        ++passes;
        return {};
      });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return passes == 1; }));
  CHECK(gone == 0);
  r.api->remove(kWidget, kKey);
  CHECK(r.wait_for([&] { return gone == 1; }));
  CHECK(passes == 1);
}

TEST_CASE("an object that is being deleted is not reconciled") {
  Running r;
  std::atomic<int> passes = 0, gone = 0;
  r.manager.controller<Widget>("widgets")
      .on_gone([&](const Key&) { ++gone; })
      .reconcile([&](Pass&, const WidgetRef&) -> Status {
        ++passes;
        return {};
      });
  r.api->put(kWidget, with_finalizer(widget("ns", "a"), "example.dev/anothers"));
  r.start();
  REQUIRE(r.wait_for([&] { return passes == 1; }));
  r.api->remove(kWidget, kKey);
  CHECK(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"success\"} 2"));
  CHECK(passes == 1);
  CHECK(gone == 0);
  CHECK(r.api->writes().empty());
}

TEST_CASE("the finalizer is there before the first side effect, and goes when what was done is undone") {
  Running r;
  std::atomic<bool> held_first = true, undone = false;
  std::atomic<int> passes = 0, attempts = 0;
  r.manager.controller<Widget>("widgets")
      .finalize(kFinalizer,
                [&](Pass&, const kube::Object& object) -> StatusOr<Result> {
                  REQUIRE(object.key() == kKey);
                  if (++attempts == 1) return Status(Code::Unavailable, "not now");
                  if (attempts == 2) return Result{.requeue_after = Duration(1ms)};
                  undone = true;
                  return Result{};
                })
      .reconcile([&](Pass& pass, const WidgetRef& widget) -> Status {
        held_first = held_first && held(r) && widget.meta().has_finalizer(kFinalizer) &&
                     pass.object().meta().has_finalizer(kFinalizer);
        ++passes;
        return {};
      });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return passes >= 1; }));
  CHECK(held_first);
  r.api->remove(kWidget, kKey);
  CHECK(r.wait_for([&] { return !r.api->find(kWidget, kKey); }));
  CHECK(undone);
  CHECK(attempts == 3);
}

TEST_CASE("an object that does not decode is undone all the same when it is deleted") {
  Running r;
  std::atomic<int> undone = 0;
  r.manager.controller<Widget>("widgets")
      .finalize(kFinalizer,
                [&](Pass&, const kube::Object&) -> Status {
                  ++undone;
                  return {};
                })
      .reconcile(nothing);
  r.api->put(kWidget, with_finalizer(widget("ns", "a", {{"size", "large"}}), kFinalizer));
  r.start();
  REQUIRE(r.wait_for([&] { return r.manager.cache().list(kWidget)->size() == 1; }));
  r.api->remove(kWidget, kKey);
  CHECK(r.wait_for([&] { return !r.api->find(kWidget, kKey); }));
  CHECK(undone == 1);
}

TEST_CASE("an object that needs no finalizer gets none, and loses the one it has") {
  Running r;
  std::atomic<int> passes = 0;
  r.manager.controller<Widget>("widgets")
      .finalize(
          kFinalizer, [](Pass&, const kube::Object&) { return Status(); },
          [](const WidgetRef& widget) {
            return widget->size > 0 ? FinalizerNeed::Needed : FinalizerNeed::NotNeeded;
          })
      .reconcile([&](Pass&, const WidgetRef&) -> Status {
        ++passes;
        return {};
      });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return passes == 1; }));
  CHECK(!held(r));
  CHECK(r.api->writes().empty());
  auto document = r.api->find(kWidget, kKey)->json();
  document["spec"]["size"] = 1;
  r.api->put(kWidget, document);
  CHECK(r.wait_for([&] { return held(r); }));
  document = r.api->find(kWidget, kKey)->json();
  document["spec"]["size"] = 0;
  r.api->put(kWidget, document);
  CHECK(r.wait_for([&] { return !held(r); }));
}

TEST_CASE("an object that does not decode is told of in one event per generation") {
  test::LogCapture capture;
  Running r;
  std::atomic<int> passes = 0;
  const auto controller =
      r.manager.controller<Widget>("widgets").reconcile([&](Pass&, const WidgetRef&) -> Status {
        ++passes;
        return {};
      });
  r.api->put(kWidget, widget("ns", "a", {{"size", "large"}}));
  r.start();
  const auto successes = [&](int count) {
    return r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"success\"} " +
                   std::to_string(count));
  };
  REQUIRE(successes(1));
  controller.wake(kKey);
  REQUIRE(successes(2));
  REQUIRE(r.wait_for([&] { return r.api->size(kEvent) == 1; }));
  const Json event = events(r).front();
  CHECK(event["type"] == "Warning");
  CHECK(event["reason"] == "Invalid");
  CHECK(event["note"] == "spec.size: must be a number, and is \"large\"");
  r.api->put(kWidget, widget("ns", "a", {{"size", "small"}}));
  REQUIRE(successes(3));
  CHECK(r.wait_for([&] { return r.api->size(kEvent) == 2; }));
  CHECK(r.end().ok());
  CHECK(passes == 0);
  // A repeated event would only be counted; a line is logged with each.
  int told = 0;
  for (const auto& line : capture.lines())
    told += line["msg"].get<std::string>().starts_with("an object does not decode;");
  CHECK(told == 2);
}

TEST_CASE("on_invalid takes the place of the event") {
  Running r;
  std::atomic<int> invalid = 0;
  r.manager.controller<Widget>("widgets")
      .on_invalid([&](Pass& pass, const Status& why) -> Status {
        invalid += pass.key() == kKey && why.message().starts_with("spec.size: must be");
        return {};
      })
      .reconcile(nothing);
  r.api->put(kWidget, widget("ns", "a", {{"size", "large"}}));
  r.start();
  CHECK(r.wait_for([&] { return invalid == 1; }));
  CHECK(r.end().ok());
  CHECK(r.api->size(kEvent) == 0);
}

TEST_CASE("a paused object is told so and else left alone, whether it decodes or not, and may be deleted") {
  Running r;
  std::atomic<int> paused = 0, passes = 0, undone = 0;
  r.manager.controller<Widget>("widgets")
      .on_paused(
          [](const kube::Object& object) { return object.meta().annotations.get("pause").has_value(); },
          [&](Pass&) -> Status {
            ++paused;
            return {};
          })
      .finalize(kFinalizer,
                [&](Pass&, const kube::Object&) -> Status {
                  ++undone;
                  return {};
                })
      .reconcile([&](Pass&, const WidgetRef&) -> Status {
        ++passes;
        return {};
      });
  const auto put = [&](const char* name, const Json& size, const Json& metadata) {
    Json document = widget("ns", name, {{"size", size}});
    document["metadata"].update(metadata);
    r.api->put(kWidget, document);
  };
  const Json pause = {{"annotations", {{"pause", "yes"}}}};
  put("a", 1, pause);
  put("unreadable", "large", pause);
  r.start();
  REQUIRE(r.wait_for([&] { return paused == 2; }));
  CHECK(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"success\"} 2"));
  CHECK(r.api->writes().empty());
  CHECK(passes == 0);
  put("a", 1, {{"annotations", Json::object()}});
  REQUIRE(r.wait_for([&] { return passes >= 1; }));
  REQUIRE(held(r));
  put("a", 1, {{"annotations", pause.at("annotations")}, {"finalizers", {kFinalizer}}});
  // A pass for what was written before may see it paused as well.
  REQUIRE(r.wait_for([&] { return paused >= 3; }));
  r.api->remove(kWidget, kKey);
  CHECK(r.wait_for([&] { return !r.api->find(kWidget, kKey); }));
  CHECK(undone == 1);
}

TEST_CASE("objects are found by an index of the controller") {
  Running r;
  r.manager.controller<Widget>("widgets")
      .index("size",
             [](const kube::Object& object) {
               return std::vector<std::string>{object.json()["spec"]["size"].dump()};
             })
      .reconcile(nothing);
  r.api->put(kWidget, widget("ns", "a", {{"size", 1}}));
  r.api->put(kWidget, widget("ns", "b", {{"size", 2}}));
  r.start();
  REQUIRE(r.wait_for([&] { return r.manager.cache().list(kWidget)->size() == 2; }));
  const auto found = r.manager.cache().find<Widget>("size", "2");
  REQUIRE(found.ok());
  REQUIRE(found->size() == 1);
  CHECK(found->front().key().name == "b");
}

TEST_CASE("a pass that fails is tried again after the controller's own backoff") {
  testing::SimulatedClock clock;
  Running r(std::make_shared<testing::FakeApi>(), on(clock));
  std::atomic<int> passes = 0;
  r.manager.controller<Widget>("widgets")
      .backoff({.base = 10s, .max = 15s})
      .reconcile([&](Pass&, const WidgetRef&) -> Status {
        ++passes;
        return Status(Code::Unavailable, "not now");
      });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  const auto fails = [&](int count) {
    return r.shows("controller_runtime_reconcile_errors_total{controller=\"widgets\"} " +
                   std::to_string(count));
  };
  int count = 0;
  for (const Duration wait : {10s, 15s}) {
    REQUIRE(fails(++count));
    CHECK(r.wait_for([&] { return clock.next_deadline() - clock.now() == wait; }));
    clock.advance(wait);
  }
  CHECK(fails(3));
}

TEST_CASE("a pass that asks for the backoff comes again after it, not before its time, and is no error") {
  testing::SimulatedClock clock;
  Running r(std::make_shared<testing::FakeApi>(), on(clock));
  std::atomic<int> passes = 0;
  r.manager.controller<Widget>("widgets")
      .backoff({.base = 10s, .max = 20s})
      .reconcile([&](Pass&, const WidgetRef&) -> StatusOr<Result> {
        switch (++passes) {
          case 2:
            return Result{.requeue_after = 30s, .backoff = true};
          case 4:
            return Result{};
          default:
            return Result{.backoff = true};
        }
      });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  int count = 0;
  for (const Duration wait : {10s, 30s, 20s}) {
    REQUIRE(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"requeue_after\"} " +
                    std::to_string(++count)));
    CHECK(r.wait_for([&] { return clock.next_deadline() - clock.now() == wait; }));
    clock.advance(wait);
  }
  CHECK(r.shows("controller_runtime_reconcile_total{controller=\"widgets\",result=\"success\"} 1"));
  CHECK(r.shows("controller_runtime_reconcile_errors_total{controller=\"widgets\"} 0"));
}

TEST_CASE("an object is held while what is done for its deletion asks for the backoff") {
  Running r;
  std::atomic<int> attempts = 0;
  r.manager.controller<Widget>("widgets")
      .finalize(kFinalizer,
                [&](Pass& pass, const kube::Object&) {
                  CHECK(r.api->find(kWidget, pass.key()));
                  return Result{.backoff = ++attempts < 3};
                })
      .reconcile(nothing);
  r.api->put(kWidget, with_finalizer(widget("ns", "a"), kFinalizer));
  r.start();
  REQUIRE(r.wait_for([&] { return r.manager.cache().list(kWidget)->size() == 1; }));
  r.api->remove(kWidget, kKey);
  CHECK(r.wait_for([&] { return !r.api->find(kWidget, kKey); }));
  CHECK(attempts == 3);
}

TEST_CASE("a handle wakes its controller") {
  Running r;
  std::atomic<int> passes = 0;
  const auto controller =
      r.manager.controller<Widget>("widgets").reconcile([&](Pass&, const WidgetRef&) -> Status {
        ++passes;
        return {};
      });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return passes == 1; }));
  controller.wake(kKey);
  CHECK(r.wait_for([&] { return passes == 2; }));
}

TEST_CASE("a status that a pass writes is sent once, and a change of Ready is told in an event") {
  Running r;
  std::atomic<int> passes = 0;
  const auto controller =
      r.manager.controller<Widget>("widgets")
          .reports({.ready_action = "Polish"})
          .reconcile([&](Pass& pass, const WidgetRef&) -> Status {
            ++passes;
            const Json ready = {{"type", "Ready"}, {"status", "True"}, {"reason", "Polished"}};
            return pass.write_status({{"conditions", Json::array({ready})}}).status();
          });
  r.api->put(kWidget, widget("ns", "a"));
  r.start();
  REQUIRE(r.wait_for([&] { return r.api->size(kEvent) == 1; }));
  CHECK(events(r).front()["action"] == "Polish");
  controller.wake(kKey);
  REQUIRE(r.wait_for([&] { return passes >= 2; }));
  CHECK(r.end().ok());
  CHECK(r.api->count("APPLY widgets.example.dev") == 1);
}

TEST_SUITE_END();
