// Seed of randomized tests: another one in each run, printed so that a failure can be repeated by
// setting TEST_SEED.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace toolhive::runtime_test {

inline std::uint64_t test_seed() {
  const char* given = std::getenv("TEST_SEED");
  const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
  MESSAGE("TEST_SEED=" << seed);
  return seed;
}

}  // namespace toolhive::runtime_test
