#pragma once

#include <chrono>
#include <functional>

namespace toolhive::registry::auth {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

/// Where the time comes from, so that tests can turn it. Both functions are thread safe.
struct Clock {
  std::function<SteadyTime()> steady =
      std::chrono::steady_clock::now;  ///< For pauses and what is kept for a while.
  std::function<WallTime()> wall = std::chrono::system_clock::now;  ///< What tokens and logs speak of.
};

}  // namespace toolhive::registry::auth
