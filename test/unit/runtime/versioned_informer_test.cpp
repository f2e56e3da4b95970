// A resource that comes and goes with its API, and changes its version.
#include "controller/runtime/cache/versioned_informer.hpp"

#include <doctest/doctest.h>

#include <atomic>

#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/objects.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using namespace toolhive::runtime_test;
using runtime::VersionedInformer;
using State = VersionedInformer::State;

namespace {

const kube::ResourceType kNewWidget{kWidget.group, "v2", kWidget.kind, kWidget.plural};

// Widgets in v2, or else in the version of before.
struct Followed {
  void look() {
    clock.advance(31s);
    informer.follow({.stop = {}, .clock = clock}, discovery);
  }
  bool is(State state) {
    return api.wait_for([&] { return informer.state() == state; });
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  kube::Discovery discovery{api, 30s};
  std::atomic<int> changes = 0;
  VersionedInformer informer{
      api, clock, {.types = {kNewWidget, kWidget}}, {}, [this](const runtime::Change&) { ++changes; }};
};

}  // namespace

TEST_SUITE_BEGIN("versioned informer");

TEST_CASE("a resource that is not offered is asked for once a version and look, and never watched") {
  Followed f;
  f.api.offer(kWidget, false);
  CHECK(f.informer.state() == State::Unavailable);
  for (int looks = 1; looks <= 3; ++looks) {
    f.look();
    CHECK(f.informer.state() == State::Missing);
    CHECK(f.api.count("") == 2 * static_cast<std::size_t>(looks));
  }
  f.informer.follow({.stop = {}, .clock = f.clock}, f.discovery);
  CHECK(f.api.count("") == 6);
  CHECK(f.api.count("WATCH") == 0);
}

TEST_CASE("a resource that arrives late is watched, and one that leaves is not any more") {
  Followed f;
  f.look();
  REQUIRE(f.informer.state() == State::Missing);
  f.api.offer(kWidget, true);
  f.api.put(kWidget, widget("ns", "a"));
  f.look();
  REQUIRE(f.is(State::Read));
  CHECK(f.informer.list().size() == 1);
  CHECK(f.informer.get({"ns", "a"}));
  CHECK(f.api.wait_for([&] { return f.changes == 1; }));

  f.api.offer(kWidget, false);
  f.look();
  CHECK(f.informer.state() == State::Missing);
  CHECK(f.informer.list().empty());
  CHECK(f.informer.error().ok());
  const std::size_t watches = f.api.count("WATCH");
  for (int looks = 0; looks < 3; ++looks) f.look();
  CHECK(f.api.count("WATCH") == watches);
  CHECK(f.api.open_streams() == 0);
}

TEST_CASE("of the versions that are offered the preferred one is read") {
  Followed f;
  f.api.offer(kWidget, true);
  f.api.put(kWidget, widget("ns", "old"));
  f.look();
  REQUIRE(f.is(State::Read));
  REQUIRE(f.informer.get({"ns", "old"}));

  f.api.offer(kNewWidget, true);
  f.api.put(kNewWidget, widget("ns", "new"));
  f.look();
  REQUIRE(f.is(State::Read));
  CHECK(f.informer.get({"ns", "new"}));
  CHECK_FALSE(f.informer.get({"ns", "old"}));
}

TEST_CASE("an API server that does not say leaves what is watched as it is") {
  Followed f;
  f.api.offer(kWidget, true);
  f.api.put(kWidget, widget("ns", "a"));
  f.look();
  REQUIRE(f.is(State::Read));
  f.api.fail_with([](const kube::ApiCall& call) {
    return call.verb == kube::ApiCall::Verb::Raw ? Status(Code::Unavailable, "etcd has no leader") : Status();
  });
  // One that has never heard of widgets.
  kube::Discovery unsure(f.api, 30s);
  f.informer.follow({.stop = {}, .clock = f.clock}, unsure);
  CHECK(f.informer.state() == State::Read);
  CHECK(f.informer.get({"ns", "a"}));
}

TEST_CASE("a resource that may not be read says so, and is read once it may") {
  Followed f;
  f.api.offer(kWidget, true);
  f.api.fail_with([](const kube::ApiCall& call) {
    return call.type == kWidget ? Status(Code::Forbidden, "widgets is forbidden") : Status();
  });
  f.look();
  REQUIRE(f.is(State::Forbidden));
  CHECK(f.informer.error().code() == Code::Forbidden);
  f.api.fail_with({});
  CHECK(f.api.wait_for([&] {
    f.clock.advance(1s);
    return f.informer.state() == State::Read;
  }));
}

TEST_SUITE_END();
