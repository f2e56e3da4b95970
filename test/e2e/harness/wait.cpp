#include "test/e2e/harness/wait.hpp"

#include <doctest/doctest.h>

#include <exception>
#include <thread>

namespace e2e {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPause = std::chrono::milliseconds(200);

std::string attempt(const Check& check) {
  try {
    return check();
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace

void wait_until(const std::string& what, const Check& check, Seconds bound) {
  const auto deadline = Clock::now() + bound;
  for (;;) {
    const std::string missing = attempt(check);
    if (missing.empty()) return;
    if (Clock::now() >= deadline) {
      const std::string message = "waited " + std::to_string(static_cast<int>(bound.count())) +
                                  " s for: " + what + "\nstill: " + missing;
      FAIL(message);
    }
    std::this_thread::sleep_for(kPause);
  }
}

void stays_true(const std::string& what, const Check& check, Seconds time) {
  const auto end = Clock::now() + time;
  while (Clock::now() < end) {
    const std::string missing = attempt(check);
    if (!missing.empty()) {
      const std::string message = "should have stayed true: " + what + "\nbut: " + missing;
      FAIL(message);
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace e2e
