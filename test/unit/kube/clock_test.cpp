#include "controller/base/clock.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "controller/base/context.hpp"
#include "controller/testing/simulated_clock.hpp"

using namespace toolhive;

using namespace std::chrono_literals;

TEST_CASE("a sleeper wakes when the simulated clock reaches its deadline, not before") {
  testing::SimulatedClock clock;
  std::atomic<bool> awake = false;
  std::thread sleeper([&] {
    CHECK(sleep_for(clock, 5s, {}));
    awake = true;
  });
  clock.wait_for_waiters(1);
  clock.advance(4s);
  CHECK(clock.waiters() == 1);
  CHECK_FALSE(awake);
  clock.advance(1s);
  sleeper.join();
  CHECK(awake);
  CHECK(clock.waiters() == 0);
}

TEST_CASE("no advance is lost, however waits and advances interleave") {
  testing::SimulatedClock clock;
  std::vector<std::jthread> sleepers;
  std::atomic<int> left = 4 * 200;
  for (int i = 0; i < 4; ++i) {
    sleepers.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        sleep_for(clock, 1ms, {});
        --left;
      }
    });
  }
  while (left > 0) clock.advance(1ms);
}

TEST_CASE("a stop request ends a sleep at once and is reported") {
  testing::SimulatedClock clock;
  std::stop_source stop;
  std::jthread sleeper([&] { CHECK_FALSE(sleep_for(clock, 1h, stop.get_token())); });
  clock.wait_for_waiters(1);
  stop.request_stop();
  sleeper.join();
}

TEST_CASE("a sleep whose stop was requested before does not wait") {
  testing::SimulatedClock clock;
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(sleep_for(clock, 1h, stop.get_token()));
}

TEST_CASE("the wall clock moves with time and can be set apart from it") {
  testing::SimulatedClock clock;
  const auto wall = clock.wall();
  const auto now = clock.now();
  clock.advance(3s);
  CHECK(clock.wall() - wall == 3s);
  clock.set_wall(wall - 24h);
  CHECK(clock.now() - now == 3s);
  CHECK(clock.wall() == wall - 24h);
}

TEST_CASE("the system clock sleeps at least as long as asked") {
  const TimePoint start = system_clock().now();
  CHECK(sleep_for(system_clock(), 5ms, {}));
  CHECK(system_clock().now() - start >= 5ms);
}

TEST_CASE("a sleep without end does not overflow") {
  std::stop_source stop;
  std::jthread sleeper([&] { CHECK_FALSE(sleep_for(system_clock(), Duration::max(), stop.get_token())); });
  stop.request_stop();
}

TEST_CASE("a timeout never moves a context's deadline later") {
  testing::SimulatedClock clock;
  const Context context{.stop = {}, .deadline = clock.now() + 10s, .clock = clock};
  CHECK(context.with_timeout(5s).deadline == clock.now() + 5s);
  CHECK(context.with_timeout(20s).deadline == clock.now() + 10s);
  CHECK(context.with_timeout(Duration::max()).deadline == clock.now() + 10s);
  CHECK_FALSE(context.done());
  clock.advance(10s);
  CHECK(context.done());
}
