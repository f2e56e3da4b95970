#include "controller/runtime/controller/work_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "controller/testing/simulated_clock.hpp"
#include "test/unit/runtime/seed.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::Key;
using runtime::Priority;
using runtime::WorkQueue;

namespace {

const Key kA{"ns", "a"};
const Key kB{"ns", "b"};
const Key kC{"ns", "c"};

struct Counts final : runtime::WorkQueueObserver {
  int adds = 0, retries = 0, took = 0, done = 0;
  std::size_t ready = 0;
  Duration waited{}, worked{};
  void added() override { ++adds; }
  void depth(std::size_t n) override { ready = n; }
  void retried() override { ++retries; }
  void taken(Duration d) override { ++took, waited = d; }
  void finished(Duration d) override { ++done, worked = d; }
};

}  // namespace

TEST_SUITE_BEGIN("work queue");

TEST_CASE("a key added several times before it is taken is handed out once") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  queue.add(kA);
  queue.add(kB);
  queue.add(kA);
  CHECK(queue.depth() == 2);
  CHECK(queue.get() == kA);
  CHECK(queue.get() == kB);
  CHECK(queue.depth() == 0);
}

TEST_CASE("a key added while it is processed runs once more, and not before done") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  queue.add(kA);
  REQUIRE(queue.get() == kA);
  queue.add(kA);
  queue.add(kA);
  CHECK(queue.depth() == 0);
  queue.done(kA);
  CHECK(queue.depth() == 1);
  CHECK(queue.get() == kA);
  queue.done(kA);
  CHECK(queue.depth() == 0);
}

TEST_CASE("a delayed key keeps the earliest time it was added for") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  queue.add_after(kA, 10s);
  queue.add_after(kA, 5s);
  queue.add_after(kA, 20s);
  clock.advance(4999ms);
  CHECK(queue.depth() == 0);
  clock.advance(1ms);
  CHECK(queue.get() == kA);
  queue.done(kA);
  clock.advance(1h);
  CHECK(queue.depth() == 0);
}

TEST_CASE("adding a delayed key makes it ready now and drops the delay") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  queue.add_after(kA, 10s);
  queue.add(kA);
  CHECK(queue.get() == kA);
  queue.done(kA);
  clock.advance(11s);
  CHECK(queue.depth() == 0);
}

TEST_CASE("a delay does not hold back a key that is ready or wanted again") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  queue.add(kA);
  queue.add_after(kA, 10s);
  REQUIRE(queue.get() == kA);
  queue.add(kA);
  queue.add_after(kA, 10s);  // as a worker does that asks to be called again
  queue.done(kA);
  CHECK(queue.get() == kA);
  queue.done(kA);
  clock.advance(1h);
  CHECK(queue.depth() == 0);
}

TEST_CASE("backoff doubles per key from 5 ms to 1000 s and starts over after forget") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  Duration expected = 5ms;
  for (int i = 0; i < 25; ++i) {
    queue.add_rate_limited(kA);
    CHECK(queue.depth() == 0);
    clock.advance(expected - 1ns);
    CHECK(queue.depth() == 0);
    clock.advance(1ns);
    REQUIRE(queue.get() == kA);
    queue.done(kA);
    expected = std::min<Duration>(expected * 2, 1000s);
  }
  queue.add_rate_limited(kB);  // another key has a backoff of its own
  clock.advance(5ms);
  REQUIRE(queue.get() == kB);
  queue.done(kB);
  queue.forget(kA);
  queue.add_rate_limited(kA);
  clock.advance(5ms);
  CHECK(queue.get() == kA);
}

TEST_CASE("a failure whose backoff a change overtook does not lengthen the next one") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  const auto backoff = [&] {  // of a failure now
    queue.add_rate_limited(kA);
    Duration waited{};
    for (; queue.depth() == 0; waited += 1ms) clock.advance(1ms);
    REQUIRE(queue.get() == kA);
    queue.done(kA);
    return waited;
  };
  REQUIRE(backoff() == 5ms);
  SUBCASE("between two passes") {
    for (int i = 0; i < 10; ++i) {
      queue.add_rate_limited(kA);
      queue.add(kA);
      REQUIRE(queue.get() == kA);
      queue.done(kA);
    }
  }
  SUBCASE("during a pass") {
    for (int i = 0; i < 10; ++i) {
      queue.add(kA);
      REQUIRE(queue.get() == kA);
      queue.add(kA);
      queue.add_rate_limited(kA);
      queue.done(kA);
      REQUIRE(queue.get() == kA);
      queue.done(kA);
    }
  }
  CHECK(backoff() == 10ms);
  CHECK(backoff() == 20ms);
}

TEST_CASE("keys of normal priority overtake low ones, until those have aged") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  queue.add(kA, Priority::Low);
  queue.add(kB);
  REQUIRE(queue.get() == kB);
  queue.done(kB);
  clock.advance(10001ms);
  queue.add(kB);
  CHECK(queue.get() == kA);
  CHECK(queue.get() == kB);
}

TEST_CASE("adding a low key again with normal priority raises it, never the reverse") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  queue.add(kA, Priority::Low);
  queue.add(kB, Priority::Low);
  queue.add(kB);
  queue.add(kC);
  queue.add(kC, Priority::Low);
  CHECK(queue.get() == kB);
  CHECK(queue.get() == kC);
  CHECK(queue.get() == kA);
}

TEST_CASE("shutting down wakes every worker, drops what waits and refuses adds") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  std::vector<std::thread> workers;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&] {
      while (queue.get()) {
      }
      ++ended;
    });
  clock.wait_for_waiters(4);
  queue.shut_down();
  for (auto& worker : workers) worker.join();
  CHECK(ended == 4);
  queue.add(kA);
  queue.add_after(kA, 0s);
  queue.add_rate_limited(kA);
  CHECK(queue.depth() == 0);
  CHECK(!queue.get());
}

TEST_CASE("a delay is minded although the worker that was woken for it is busy") {
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  std::mutex mutex;
  std::condition_variable changed;
  std::set<Key> seen;
  bool release = false;
  const auto work = [&] {
    while (const auto key = queue.get()) {
      std::unique_lock lock(mutex);
      seen.insert(*key);
      changed.notify_all();
      changed.wait(lock, [&] { return release; });
      lock.unlock();
      queue.done(*key);
    }
  };
  std::thread first(work);
  std::thread second(work);
  clock.wait_for_waiters(2);
  queue.add_after(kB, 5s);
  queue.add(kA);  // whoever takes it stays busy
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return seen.contains(kA); });
  }
  clock.wait_for_waiters(1);
  while (clock.next_deadline() == TimePoint::max()) std::this_thread::yield();
  clock.advance(5s);
  {
    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, 10s, [&] { return seen.contains(kB); }));
    release = true;
    changed.notify_all();
  }
  queue.shut_down();
  first.join();
  second.join();
}

TEST_CASE("the observer hears of adds, depth, retries, waiting and work") {
  testing::SimulatedClock clock;
  Counts counts;
  WorkQueue queue(clock, {}, &counts);
  queue.add(kA);
  queue.add(kA);
  queue.add(kB);
  CHECK(counts.adds == 2);
  CHECK(counts.ready == 2);
  clock.advance(3s);
  REQUIRE(queue.get() == kA);
  CHECK(counts.waited == 3s);
  clock.advance(2s);
  queue.add_rate_limited(kA);
  queue.done(kA);
  CHECK(counts.worked == 2s);
  CHECK(counts.retries == 1);
  CHECK(counts.took == 1);
  CHECK(counts.done == 1);
  CHECK(counts.ready == 1);
}

namespace {

// The contract, written as slowly as it reads.
struct Model {
  struct ReadyItem {
    TimePoint since, rank;
    long turn;
  };
  std::map<Key, ReadyItem> wanted;
  std::set<Key> held;
  std::map<Key, TimePoint> delayed;
  std::map<Key, int> failures;
  std::set<Key> backing_off;
  long turns = 0;

  // Somebody wants the key, before its backoff is over.
  void add_anew(const Key& key, TimePoint now, Priority priority) {
    release(now);
    if (backing_off.contains(key)) --failures[key];
    add(key, now, priority);
  }
  void add(const Key& key, TimePoint at, Priority priority) {
    delayed.erase(key);
    backing_off.erase(key);
    const ReadyItem fresh{at, priority == Priority::Low ? at + 10s : at, turns++};
    const auto known = wanted.find(key);
    if (known == wanted.end()) {
      wanted.emplace(key, fresh);
    } else if (fresh.rank < known->second.rank) {
      known->second.rank = fresh.rank;
      known->second.turn = fresh.turn;
    }
  }
  void add_after(const Key& key, TimePoint at) {
    if (wanted.contains(key)) return;
    const auto [entry, fresh] = delayed.try_emplace(key, at);
    if (!fresh) entry->second = std::min(entry->second, at);
  }
  void fail(const Key& key, TimePoint now) {
    release(now);
    if (wanted.contains(key)) return;
    add_after(key, now + backoff(key));
    backing_off.insert(key);
  }
  Duration backoff(const Key& key) {
    Duration delay = 5ms;
    for (int i = 0; i < std::min(failures[key], 30); ++i) delay = std::min<Duration>(delay * 2, 1000s);
    ++failures[key];
    return delay;
  }
  void release(TimePoint now) {
    while (true) {
      const auto next = std::min_element(delayed.begin(), delayed.end(), [](const auto& a, const auto& b) {
        return std::tie(a.second, a.first) < std::tie(b.second, b.first);
      });
      if (next == delayed.end() || next->second > now) return;
      add(Key(next->first), next->second, Priority::Normal);
    }
  }
  std::vector<Key> ready() const {
    std::vector<Key> keys;
    for (const auto& [key, w] : wanted)
      if (!held.contains(key)) keys.push_back(key);
    std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
      const ReadyItem &x = wanted.at(a), &y = wanted.at(b);
      return std::tie(x.rank, x.turn) < std::tie(y.rank, y.turn);
    });
    return keys;
  }
};

}  // namespace

TEST_CASE("random operations agree with a model of the contract") {
  std::mt19937_64 random(runtime_test::test_seed());
  testing::SimulatedClock clock;
  WorkQueue queue(clock);
  Model model;
  std::vector<Key> keys;
  for (int i = 0; i < 7; ++i) keys.push_back({"ns", std::string(1, static_cast<char>('a' + i))});
  const auto below = [&](std::uint64_t n) { return random() % n; };

  for (int step = 0; step < 50000; ++step) {
    const Key& key = keys[below(keys.size())];
    const TimePoint now = clock.now();
    switch (below(9)) {
      case 0:
        queue.add(key);
        model.add_anew(key, now, Priority::Normal);
        break;
      case 1:
        queue.add(key, Priority::Low);
        model.add_anew(key, now, Priority::Low);
        break;
      case 2: {
        const Duration delay = std::chrono::milliseconds(1 + below(20000));
        queue.add_after(key, delay);
        model.add_after(key, now + delay);
        break;
      }
      case 3:
        queue.add_rate_limited(key);
        model.fail(key, now);
        break;
      case 4:
        if (below(5) != 0) break;  // so that backoffs grow
        queue.forget(key);
        model.failures.erase(key);
        model.backing_off.erase(key);
        break;
      case 5:
        clock.advance(std::chrono::milliseconds(below(below(2) == 0 ? 5000 : 50)));
        break;
      case 6:
      case 7: {
        model.release(now);
        const std::vector<Key> ready = model.ready();
        if (ready.empty()) break;
        const auto got = queue.get();
        REQUIRE(got);
        REQUIRE(*got == ready.front());
        model.wanted.erase(*got);
        model.held.insert(*got);
        break;
      }
      default:
        if (model.held.contains(key)) {
          queue.done(key);
          model.held.erase(key);
        }
    }
    model.release(clock.now());
    REQUIRE(queue.depth() == model.ready().size());
  }
}

TEST_CASE("many workers never hold one key at the same time and lose no key") {
  WorkQueue queue(system_clock());
  constexpr int kKeys = 20;
  constexpr int kAdds = 20000;
  std::vector<std::atomic<int>> holders(kKeys);
  std::vector<std::atomic<int>> wanted(kKeys);  // the latest add
  // the latest add that a worker knew of when it began
  std::vector<std::atomic<int>> seen(kKeys);
  std::atomic<int> clashes = 0;
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w)
    workers.emplace_back([&] {
      while (const auto key = queue.get()) {
        const auto i = static_cast<std::size_t>(std::stoi(key->name));
        if (++holders[i] != 1) ++clashes;
        seen[i] = wanted[i].load();
        --holders[i];
        queue.done(*key);
      }
    });
  for (int i = 0; i < kAdds; ++i) {
    const auto k = static_cast<std::size_t>(i % kKeys);
    wanted[k] = i;
    queue.add({"ns", std::to_string(k)});
  }
  const auto all_seen = [&] {
    for (std::size_t k = 0; k < kKeys; ++k)
      if (seen[k] != wanted[k]) return false;
    return true;
  };
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!all_seen() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(all_seen());
  CHECK(clashes == 0);
  queue.shut_down();
  for (auto& worker : workers) worker.join();
}

TEST_SUITE_END();
