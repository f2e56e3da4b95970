// Waiting for what has to become true, with a bound, and watching what has to stay true.
#pragma once

#include <functional>
#include <string>

#include "test/e2e/harness/process.hpp"

namespace e2e {

// Says what is still missing; empty when it holds.
using Check = std::function<std::string()>;

// Repeats `check` until it holds. After `bound` the test fails with what was last missing. An
// exception of `check` counts as not holding yet.
void wait_until(const std::string& what, const Check& check, Seconds bound = Seconds(90));

// Repeats `check` for `time`; the test fails as soon as it does not hold. For what must not happen.
void stays_true(const std::string& what, const Check& check, Seconds time);

}  // namespace e2e
