#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>

namespace toolhive::registry::test {

// The processor time that `work` takes on this thread, in seconds.
template <class Work>
double cost_of(const Work& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double begin = now();
  work();
  return now() - begin;
}

// How many times as much 16 times the size costs: 16 in proportion to the size, 256 to its square.
// `work_of(size)` returns the work, and is not measured itself. Of several tries the least counts,
// since others use the machine too.
template <class WorkOf>
double growth(std::size_t size, const WorkOf& work_of) {
  const auto small = work_of(size);
  const auto large = work_of(16 * size);
  double least_small = cost_of(small), least_large = cost_of(large);
  for (int tries = 1; tries < 5; ++tries) {
    least_small = std::min(least_small, cost_of(small));
    least_large = std::min(least_large, cost_of(large));
  }
  return least_large / least_small;
}

// Between the two, with room for caches and logarithms.
inline constexpr double kLinear = 80;

}  // namespace toolhive::registry::test
