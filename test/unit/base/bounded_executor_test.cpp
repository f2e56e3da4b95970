#include "controller/base/bounded_executor.hpp"

#include <doctest/doctest.h>

#include <future>
#include <stdexcept>
#include <string>

using namespace toolhive;

TEST_CASE("an executor runs its tasks in order, refuses more than may wait, and survives one that throws") {
  BoundedExecutor executor(1, 3);
  std::string done;
  std::promise<void> begun, go;
  REQUIRE(executor.submit([&](const std::stop_token&) {
    begun.set_value();
    go.get_future().wait();
  }));
  begun.get_future().wait();
  CHECK(executor.submit([&done](const std::stop_token&) { done += 'a'; }));
  CHECK(executor.submit([](const std::stop_token&) { throw std::runtime_error("on purpose"); }));
  CHECK(executor.submit([&done](const std::stop_token&) { done += 'b'; }));
  CHECK_FALSE(executor.submit([&done](const std::stop_token&) { done += 'c'; }));
  go.set_value();
  executor.close();
  CHECK(done == "ab");
  CHECK_FALSE(executor.submit([&done](const std::stop_token&) { done += 'd'; }));
  CHECK(done == "ab");
}

TEST_CASE("closing an executor tells the task that runs, and those that wait for it") {
  BoundedExecutor executor(1, 3);
  std::promise<void> begun;
  std::promise<void> told;
  bool second_was_told = false;
  REQUIRE(executor.submit([&](const std::stop_token& stop) {
    const std::stop_callback callback(stop, [&told] { told.set_value(); });
    begun.set_value();
    told.get_future().wait();
  }));
  begun.get_future().wait();
  REQUIRE(executor.submit([&](const std::stop_token& stop) { second_was_told = stop.stop_requested(); }));
  executor.close();
  CHECK(second_was_told);
}
