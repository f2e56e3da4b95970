// Waiting for what has to become true, with a bound, on any thread.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "test/e2e/harness/process.hpp"

namespace toolhive::faults {

// It did not come true in time; what() says what was last missing.
struct Overdue : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Says what is still missing; empty when it holds.
using Check = std::function<std::string()>;

// Repeats `check`, with a `pause` between, until it holds. An exception of `check` counts as not
// holding yet. Throws Overdue after `bound`.
void await(const std::string& what, const Check& check, e2e::Seconds bound = e2e::Seconds(60),
           std::chrono::milliseconds pause = std::chrono::milliseconds(30));

}  // namespace toolhive::faults
