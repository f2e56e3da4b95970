#include "registry/upstream/upstreams.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "controller/testing/simulated_clock.hpp"
#include "service_fixture.hpp"
#include "upstream_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace toolhive::registry::upstream;
using namespace std::chrono_literals;
using toolhive::testing::SimulatedClock;

namespace {

// A turn that a test gives and takes.
class GivenTurn final : public ReplicaTurn {
 public:
  explicit GivenTurn(const std::atomic<bool>& given) : given_(given) {}
  Result<bool> mine() override { return given_.load(); }

 private:
  const std::atomic<bool>& given_;
};

// An upstream of one page that a test changes while it is followed, and that notes what it is
// asked.
class ChangingUpstream {
 public:
  void list(const std::vector<std::string>& entries) { set(listed_page(entries)); }
  void fail(const std::string& why) {
    set(toolhive::registry::Error{toolhive::registry::Code::Unavailable, why});
  }
  std::vector<PageQuery> asked() {
    const std::lock_guard guard(mutex_);
    return asked_;
  }
  OpenSource open() {
    return [this](const UpstreamSettings&) -> Result<std::unique_ptr<PageSource>> {
      return std::unique_ptr<PageSource>(std::make_unique<ScriptedSource>([this](const PageQuery& query) {
        const std::lock_guard guard(mutex_);
        asked_.push_back(query);
        return answer_;
      }));
    };
  }

 private:
  void set(Result<std::string> answer) {
    const std::lock_guard guard(mutex_);
    answer_ = std::move(answer);
  }

  std::mutex mutex_;
  Result<std::string> answer_ = listed_page({});
  std::vector<PageQuery> asked_;
};

// A service that follows one upstream, by a clock that the test turns.
class FollowingService : public Service {
 public:
  ~FollowingService() { stop(); }

  void start() {
    UpstreamSettings settings;
    settings.name = "one";
    settings.url = "https://one.example";
    settings.interval = 10min;
    settings.full_interval = 1h;
    upstreams =
        std::make_unique<Upstreams>(std::vector{settings}, IntakeRules{policy, options.limits}, *store,
                                    std::make_unique<GivenTurn>(mine), clock, upstream.open());
    clock.wait_for_waiters(1);
  }
  void stop() { upstreams.reset(); }

  // Lets time pass, and what is due in it happen.
  void pass(toolhive::Duration time) {
    clock.advance(time);
    clock.wait_for_waiters(1);
  }
  UpstreamFigures figures() const { return upstreams->figures().at(0); }
  std::size_t servers() const { return store->snapshot()->servers(); }

  ToolPolicy policy;
  SimulatedClock clock;
  std::atomic<bool> mine = true;
  ChangingUpstream upstream;
  std::unique_ptr<Upstreams> upstreams;
};

}  // namespace

TEST_CASE(
    "an upstream is read whole at the start, then by what changed, and whole again each full interval") {
  FollowingService service;
  service.upstream.list({listed_entry("io.example/aa", "1.0.0", "active", "2023-11-14T20:00:00Z")});
  service.start();
  CHECK(service.servers() == 1);
  auto figures = service.figures();
  CHECK(figures.followed);
  CHECK(figures.held == 1);
  CHECK(figures.last_success == 1'700'000'000);
  for (int i = 0; i < 7; ++i) service.pass(10min);
  const auto asked = service.upstream.asked();
  REQUIRE(asked.size() == 8);
  std::vector<std::string> since;
  for (const auto& each : asked) since.push_back(each.updated_since);
  CHECK(since[0].empty());
  // A while before the last change, whose time the upstream said.
  CHECK(since[1] == "2023-11-14T19:55:00.000000Z");
  CHECK(since[5] == since[1]);
  CHECK(std::count(since.begin(), since.end(), "") == 2);
}

TEST_CASE("an upstream that says that something changed in the future is asked from the present on") {
  FollowingService service;
  service.upstream.list({listed_entry("io.example/aa", "1.0.0", "active", "9999-12-31T00:00:00Z")});
  service.start();
  service.pass(10min);
  const auto asked = service.upstream.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].updated_since == "2023-11-14T22:08:20.000000Z");
}

TEST_CASE("an upstream that fails takes nothing away, is told, and is asked again after growing pauses") {
  FollowingService service;
  service.upstream.list({listed_entry("io.example/aa", "1.0.0")});
  service.start();
  service.upstream.fail("https://one.example: connecting: refused");
  service.pass(10min);
  auto figures = service.figures();
  CHECK(figures.problem == "https://one.example: connecting: refused");
  CHECK(figures.failures == 1);
  CHECK(figures.held == 1);
  service.pass(5s);
  CHECK(service.figures().failures == 2);
  service.pass(4s);
  CHECK(service.figures().failures == 2);
  service.upstream.list({listed_entry("io.example/aa", "1.0.0"), listed_entry("io.example/bb", "1.0.0")});
  service.pass(10min);
  figures = service.figures();
  CHECK(figures.problem.empty());
  CHECK(figures.held == 2);
}

TEST_CASE("an upstream that lists nothing any more, or what cannot be read, is not believed") {
  FollowingService service;
  service.upstream.list({listed_entry("io.example/aa", "1.0.0"), listed_entry("io.example/bb", "1.0.0")});
  service.start();
  service.upstream.list({});
  service.pass(61min);
  CHECK(service.figures().problem.find("no servers at all") != std::string::npos);
  CHECK(service.figures().held == 2);
  service.upstream.list({listed_entry("io.example/aa", "1.0.0"), "{}"});
  service.pass(61min);
  CHECK(service.figures().problem.find("1 entries that cannot be read") != std::string::npos);
  CHECK(service.figures().held == 2);
  service.upstream.list({listed_entry("io.example/aa", "1.0.0")});
  service.pass(61min);
  CHECK(service.figures().held == 1);
}

TEST_CASE("one replica follows an upstream, and another begins with everything when it becomes its turn") {
  FollowingService service;
  service.mine = false;
  service.upstream.list({listed_entry("io.example/aa", "1.0.0")});
  service.start();
  CHECK_FALSE(service.figures().followed);
  CHECK(service.upstream.asked().empty());
  service.mine = true;
  service.pass(10s);
  CHECK(service.figures().followed);
  CHECK(service.servers() == 1);
  service.mine = false;
  service.pass(10min);
  service.mine = true;
  service.pass(10s);
  const auto asked = service.upstream.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].updated_since.empty());
}

TEST_CASE("how it stands with upstreams is told by the metrics, and trouble by readiness, which stays") {
  FollowingService service;
  service.upstream.list({listed_entry("io.example/aa", "1.0.0")});
  service.api.observe_upstreams([&] { return service.upstreams->figures(); });
  service.start();
  CHECK(*service.get("/ready").body == R"({"status":"ready"})");
  const auto metrics = *service.get("/metrics").body;
  for (const char* line :
       {R"(mcp_registry_upstream_followed{upstream="one"} 1)",
        R"(mcp_registry_upstream_failing{upstream="one"} 0)",
        R"(mcp_registry_upstream_versions{upstream="one"} 1)",
        R"(mcp_registry_upstream_last_success_timestamp_seconds{upstream="one"} 1700000000)",
        R"(mcp_registry_upstream_changes_total{upstream="one",change="created"} 1)"})
    CHECK_MESSAGE(metrics.find(line) != std::string::npos, line);
  service.upstream.fail("it \"hangs\"");
  service.pass(10min);
  const auto ready = service.get("/ready");
  CHECK(ready.status == 200);
  CHECK(*ready.body == R"({"status":"ready","upstreams":{"one":"it \"hangs\""}})");
}
