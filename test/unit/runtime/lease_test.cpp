#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <thread>

#include "controller/runtime/leader/leader_election.hpp"
#include "controller/runtime/leader/lease_candidate.hpp"
#include "controller/runtime/write/fenced_client.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/objects.hpp"
#include "test/unit/runtime/seed.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using runtime::LeaderElection;
using runtime::LeaderElectionOptions;
using runtime::LeaseCandidate;
using namespace toolhive::runtime_test;

namespace {

const kube::Key kLeaseKey{"system", "leader"};

LeaderElectionOptions options(std::string identity) {
  return {"system", "leader", std::move(identity)};
}

std::string stored_holder(const testing::FakeApi& api) {
  const auto lease = api.find(kLease, kLeaseKey);
  return lease ? lease->json()["spec"].value("holderIdentity", "") : "none";
}

// One candidate on a clock that all share.
struct Candidate {
  Candidate(testing::FakeApi& api, Clock& clock, std::string identity)
      : opts(options(std::move(identity))),
        candidate(api, clock, opts),
        ctx{{}, TimePoint::max(), clock, {}} {}
  Status step() { return candidate.step(ctx); }
  const LeaderElectionOptions opts;
  LeaseCandidate candidate;
  Context ctx;
};

}  // namespace

TEST_SUITE_BEGIN("lease");

TEST_CASE("the first candidate creates the lease and holds it, the second waits") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a"), b(api, clock, "b");
  REQUIRE(a.step().ok());
  REQUIRE(b.step().ok());
  CHECK(a.candidate.holding());
  CHECK(!b.candidate.holding());
  CHECK(b.candidate.holder() == "a");
  CHECK(a.candidate.held_until() == clock.now() + 10s);
}

TEST_CASE("validity runs from when the renewal was sent") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a");
  REQUIRE(a.step().ok());
  const TimePoint sent = clock.now();
  api.fail_with([&](const kube::ApiCall&) {
    clock.advance(3s);  // a slow server
    return Status();
  });
  REQUIRE(a.step().ok());
  CHECK(a.candidate.held_until() == sent + 10s);
}

TEST_CASE("a silent holder is replaced 15 s after its last renewal was seen, and stops itself before") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a"), b(api, clock, "b");
  REQUIRE(a.step().ok());
  REQUIRE(b.step().ok());
  clock.advance(14999ms);
  REQUIRE(b.step().ok());
  CHECK(!b.candidate.holding());
  CHECK(!a.candidate.holding());
  clock.advance(1ms);
  REQUIRE(b.step().ok());
  CHECK(b.candidate.holding());
  CHECK(api.find(kLease, kLeaseKey)->json()["spec"]["leaseTransitions"] == 1);
}

TEST_CASE("a renewTime in the far past or future moves nothing") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a"), b(api, clock, "b");
  for (const char* time : {"1990-01-01T00:00:00.000000Z", "2990-01-01T00:00:00.000000Z"}) {
    REQUIRE(a.step().ok());
    auto lease = api.find(kLease, kLeaseKey)->json();
    lease["spec"]["renewTime"] = time;
    api.put(kLease, lease);
    REQUIRE(b.step().ok());
    CHECK(!b.candidate.holding());
    clock.advance(15s);
    REQUIRE(b.step().ok());
    CHECK(b.candidate.holding());
    REQUIRE(b.candidate.release(b.ctx).ok());
  }
}

TEST_CASE("labels and annotations of a lease are no sign of its holder's life") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a"), b(api, clock, "b");
  REQUIRE(a.step().ok());
  for (int i = 0; i < 5; ++i) {
    REQUIRE(b.step().ok());
    CHECK(!b.candidate.holding());
    auto lease = api.find(kLease, kLeaseKey)->json();
    lease["metadata"]["annotations"]["example.com/seen"] = std::to_string(i);
    api.put(kLease, lease);
    clock.advance(3s);
  }
  REQUIRE(b.step().ok());
  CHECK(b.candidate.holding());
}

TEST_CASE("a lease of decades is waited for four times as long as one's own, and no longer") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a"), b(api, clock, "b");
  REQUIRE(a.step().ok());
  auto lease = api.find(kLease, kLeaseKey)->json();
  lease["spec"]["leaseDurationSeconds"] = 2'000'000'000;
  api.put(kLease, lease);
  REQUIRE(b.step().ok());
  CHECK(b.candidate.capped());
  clock.advance(60s - 1ms);
  REQUIRE(b.step().ok());
  CHECK(!b.candidate.holding());
  clock.advance(1ms);
  REQUIRE(b.step().ok());
  CHECK(b.candidate.holding());
  CHECK_FALSE(b.candidate.capped());
}

TEST_CASE("a renewal changes the lease although the wall clock stands still") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a");
  REQUIRE(a.step().ok());
  const std::string before(api.find(kLease, kLeaseKey)->meta().resource_version);
  const WallTime wall = clock.wall();
  clock.advance(2s);
  clock.set_wall(wall);
  REQUIRE(a.step().ok());
  CHECK(api.find(kLease, kLeaseKey)->meta().resource_version != before);
}

TEST_CASE("a released lease is taken at once") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a"), b(api, clock, "b");
  REQUIRE(a.step().ok());
  REQUIRE(b.step().ok());
  REQUIRE(a.candidate.release(a.ctx).ok());
  CHECK(!a.candidate.holding());
  REQUIRE(b.step().ok());
  CHECK(b.candidate.holding());
}

TEST_CASE("a renewal whose reply was lost is recognized as one's own") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a");
  REQUIRE(a.step().ok());
  // As if an earlier write of ours had been applied without us hearing of it.
  auto lease = api.find(kLease, kLeaseKey)->json();
  lease["spec"]["renewTime"] = "2026-01-01T00:00:09.000000Z";
  api.put(kLease, lease);
  clock.advance(2s);
  REQUIRE(a.step().ok());
  CHECK(a.candidate.held_until() == clock.now() + 10s);
}

TEST_CASE("a holder that finds another in its place stops at once") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a");
  REQUIRE(a.step().ok());
  auto lease = api.find(kLease, kLeaseKey)->json();
  lease["spec"]["holderIdentity"] = "b";
  api.put(kLease, lease);
  REQUIRE(a.step().ok());
  CHECK(!a.candidate.holding());
  CHECK(a.candidate.holder() == "b");
}

TEST_CASE("a lease that is deleted under its holder is not taken by a witness before its time") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a"), b(api, clock, "b");
  REQUIRE(a.step().ok());
  REQUIRE(b.step().ok());
  api.remove(kLease, kLeaseKey);
  REQUIRE(b.step().ok());
  CHECK(!b.candidate.holding());
  REQUIRE(a.step().ok());  // the holder makes it anew
  CHECK(a.candidate.holding());
  CHECK(stored_holder(api) == "a");
}

TEST_CASE("the fence closes before the release is sent") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Candidate a(api, clock, "a");
  REQUIRE(a.step().ok());
  bool open_while_released = true;
  api.fail_with([&](const kube::ApiCall&) {
    open_while_released = a.candidate.holding();
    return Status();
  });
  REQUIRE(a.candidate.release(a.ctx).ok());
  CHECK(!open_while_released);
}

TEST_SUITE_END();

// ---- A model of several processes, in one thread ----

namespace {

struct World;

// A process's own view of time: it runs a little fast or slow, and its wall clock is whatever it
// likes.
class DriftingClock final : public Clock {
 public:
  DriftingClock(const TimePoint& real, double rate) : real_(real), rate_(rate) {}
  TimePoint now() const override {
    return TimePoint(
        Duration(static_cast<Duration::rep>(static_cast<double>(real_.time_since_epoch().count()) * rate_)));
  }
  WallTime wall() const override { return wall_; }
  void wait_until(std::unique_lock<std::mutex>&, std::condition_variable&, TimePoint) override {
    FAIL("no waiting");
  }
  void jump(WallTime to) { wall_ = to; }

 private:
  const TimePoint& real_;
  const double rate_;
  WallTime wall_{};
};

// The way from one process to the server: slow, lossy both ways. While a request is under way the
// others go on.
class LossyClient final : public kube::Client {
 public:
  LossyClient(World& world, testing::FakeApi& api) : world_(world), api_(api) {}
  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override;
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(const Context&, const kube::ApiCall&,
                                                         const kube::Transport::StreamOptions&) override {
    return Status(Code::Internal, "not used");
  }

 private:
  World& world_;
  testing::FakeApi& api_;
};

// Takes every write.
class Anything final : public kube::Client {
 public:
  StatusOr<kube::HttpResponse> call(const Context&, const kube::ApiCall&) override {
    return kube::HttpResponse{.status = 200, .headers = {}, .body = "{}", .hint = {}};
  }
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(const Context&, const kube::ApiCall&,
                                                         const kube::Transport::StreamOptions&) override {
    return Status(Code::Internal, "not used");
  }
};

struct Process {
  Process(World& world, testing::FakeApi& api, const TimePoint& real, double rate,
          const std::string& identity, bool patient)
      : clock(real, rate),
        client(world, api),
        opts(options(identity)),
        candidate(client, clock, opts),
        fence(writes, [this] { return candidate.held_until(); }) {
    // As while a new release with other settings is rolled out.
    if (patient) opts.lease_duration = 30s, opts.renew_deadline = 20s;
  }
  bool may_write() {
    kube::ApiCall write;
    write.verb = kube::ApiCall::Verb::Apply;
    return fence.call({{}, TimePoint::max(), clock, {}}, write).ok();
  }
  DriftingClock clock;
  LossyClient client;
  LeaderElectionOptions opts;
  LeaseCandidate candidate;
  Anything writes;
  runtime::FencedClient fence;
  TimePoint next_step{};  // in real time; later when paused
  bool inside = false;    // a step is under way
};

struct World {
  World(int count, std::uint64_t seed) : random(seed) {
    for (int i = 0; i < count; ++i) processes.push_back(started());
  }
  std::unique_ptr<Process> started() {
    const double rate = 0.95 + 0.1 * static_cast<double>(below(1000)) / 1000;
    return std::make_unique<Process>(*this, api, now, rate, "p" + std::to_string(starts++), below(2) == 0);
  }
  std::uint64_t below(std::uint64_t n) { return random() % n; }

  // Lets time pass, in which those that are not in a request of their own do their steps.
  void pass(Duration duration) {
    const TimePoint end = now + duration;
    while (now < end) {
      now += std::min<Duration>(end - now, std::chrono::milliseconds(1 + below(500)));
      check();
      if (below(3000) == 0) away_until = now + std::chrono::seconds(below(60));
      for (auto& process : processes) {
        if (process->inside || process->next_step > now) continue;
        step(*process);
        if (below(500) == 0) process = started();  // killed; another one takes its place
      }
    }
  }

  void step(Process& process) {
    process.inside = true;
    const Context ctx{{}, TimePoint::max(), process.clock, {}};
    if (below(200) == 0 && process.candidate.holding()) {
      (void)process.candidate.release(ctx);
      ++releases;
    } else {
      (void)process.candidate.step(ctx);
    }
    process.inside = false;
    process.next_step = now + 2s;
    if (below(20) == 0) process.next_step += std::chrono::milliseconds(below(60000));  // paused
    if (below(10) == 0) process.clock.jump(WallTime(std::chrono::seconds(below(4'000'000'000))));
  }

  // Never two past the fence.
  void check() {
    std::string holders;
    int writers = 0;
    for (const auto& process : processes) {
      if (!process->may_write()) continue;
      ++writers;
      holders += process->opts.identity;
    }
    REQUIRE_MESSAGE(writers <= 1, holders);
    if (holders.empty()) return;
    if (holders != last_holder) ++changes;
    last_holder = holders;
    ++led;
  }

  TimePoint now{};
  testing::FakeApi api;
  std::mt19937_64 random;
  std::vector<std::unique_ptr<Process>> processes;
  std::string last_holder;
  TimePoint away_until{};  // nobody reaches the server
  int changes = 0, led = 0, releases = 0, starts = 0;
};

StatusOr<kube::HttpResponse> LossyClient::call(const Context& ctx, const kube::ApiCall& call) {
  const auto travel = [&] {
    const std::uint64_t luck = world_.below(200);
    // The longest ones stand for a process that is stopped in the middle of a request and goes on
    // later.
    world_.pass(std::chrono::milliseconds(world_.below(luck == 0 ? 90'000 : luck < 20 ? 8000 : 50)));
  };
  travel();
  if (world_.now < world_.away_until || world_.below(20) == 0)
    return Status(Code::Unavailable, "lost on the way there");
  auto reply = api_.call({{}, TimePoint::max(), ctx.clock, {}}, call);
  travel();
  if (world_.below(20) == 0) return Status(Code::Unavailable, "lost on the way back");
  return reply;
}

}  // namespace

TEST_SUITE_BEGIN("lease");

TEST_CASE("whatever is slow, lost, paused, killed or set back, there are never two writers past the fence") {
  const std::uint64_t seed = test_seed();
  for (const int count : {2, 3}) {
    CAPTURE(count);
    World world(count, seed);
    world.pass(std::chrono::hours(8));
    MESSAGE(count << " candidates: " << world.changes << " changes of leader, " << world.releases
                  << " releases, " << world.starts - count << " restarts");
    // The test would be worthless if hardly anybody ever led, or always the same.
    CHECK(world.changes > 20);
    CHECK(world.led > 1000);
  }
}

TEST_SUITE_END();

// ---- The threads around it ----

TEST_SUITE_BEGIN("leader election");

namespace {

struct Runner {
  Runner(testing::FakeApi& api, Clock& c, std::string identity)
      : election(api, c, options(std::move(identity))), clock(c) {}
  void start() {
    done = std::async(std::launch::async, [this] {
      return election.run({stop.get_token(), TimePoint::max(), clock, {}}, [this](std::stop_token lost) {
        ++terms;
        leading = true;
        std::mutex mutex;
        std::condition_variable_any changed;
        std::unique_lock lock(mutex);
        changed.wait(lock, lost, [] { return false; });
        while (busy) std::this_thread::yield();
        leading = false;
        return all_ended.load();
      });
    });
  }
  ~Runner() {
    busy = false;
    stop.request_stop();
  }

  LeaderElection election;
  Clock& clock;
  std::stop_source stop;
  std::atomic<int> terms = 0;
  std::atomic<bool> leading = false, busy = false, all_ended = true;
  std::future<Status> done;
};

}  // namespace

TEST_CASE("options that cannot work are refused before anything is sent") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  auto bad = options("a");
  bad.renew_deadline = 20s;
  CHECK(LeaderElection(api, clock, bad).run({}, [](std::stop_token) { return true; }).code() ==
        Code::Invalid);
  CHECK(LeaderElection(api, clock, options("")).run({}, [](std::stop_token) { return true; }).code() ==
        Code::Invalid);
  CHECK(api.count("") == 0);
}

TEST_CASE("the lease is renewed while work ends, and released after it") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Runner a(api, clock, "a");
  a.busy = true;
  a.start();
  REQUIRE(api.wait_for([&] { return a.leading.load(); }));
  a.stop.request_stop();
  for (int i = 0; i < 10; ++i) {
    clock.wait_for_waiters(1);
    clock.advance(2s);
  }
  CHECK(a.election.surely_leading());
  CHECK(stored_holder(api) == "a");
  a.busy = false;
  CHECK(a.done.get().ok());
  CHECK(stored_holder(api).empty());
  CHECK(!a.election.surely_leading());
}

TEST_CASE("work that did not end leaves the lease to expire") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Runner a(api, clock, "a");
  a.all_ended = false;
  a.start();
  REQUIRE(api.wait_for([&] { return a.leading.load(); }));
  a.stop.request_stop();
  CHECK(a.done.get().ok());
  CHECK(stored_holder(api) == "a");
}

TEST_CASE("a holder that cannot renew is demoted within renew_deadline, and leads again when it can") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Runner a(api, clock, "a");
  a.start();
  REQUIRE(api.wait_for([&] { return a.leading.load(); }));
  api.fail_with([](const kube::ApiCall&) { return Status(Code::Unavailable, "connection refused"); });
  for (int i = 0; i < 5; ++i) {
    clock.wait_for_waiters(1);
    clock.advance(2s);
  }
  REQUIRE(api.wait_for([&] { return !a.leading; }));
  CHECK(!a.election.surely_leading());
  api.fail_with(nullptr);
  clock.wait_for_waiters(1);
  clock.advance(3s);
  CHECK(api.wait_for([&] { return a.leading.load(); }));
  CHECK(a.terms == 2);
}

TEST_CASE("a second candidate leads as soon as the first has released") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  Runner a(api, clock, "a"), b(api, clock, "b");
  a.start();
  REQUIRE(api.wait_for([&] { return a.leading.load(); }));
  b.start();
  clock.wait_for_waiters(2);
  a.stop.request_stop();
  REQUIRE(a.done.get().ok());
  CHECK(!b.leading);
  clock.wait_for_waiters(1);
  clock.advance(3s);
  CHECK(api.wait_for([&] { return b.leading.load(); }));
}

TEST_SUITE_END();
