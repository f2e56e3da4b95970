#include "registry/api/budget.hpp"

#include <time.h>

#include <utility>

namespace toolhive::registry {
namespace {

// A step may be a look at the longest description there can be; a look at this clock is a system
// call.
constexpr unsigned kStepsPerLook = 32;

std::chrono::nanoseconds thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Budget::Budget() : Budget(Limits(), thread_time) {}

Budget::Budget(const Limits& limits, Clock clock)
    : limits_(limits), clock_(std::move(clock)), start_(clock_()) {}

bool Budget::spent() {
  return ++steps_ % kStepsPerLook == 0 && clock_() - start_ > limits_.time;
}

bool Budget::take(std::size_t bytes) {
  if (taken_ != 0 && taken_ + bytes > limits_.bytes) return false;
  taken_ += bytes;
  return true;
}

Error Budget::out_of_time() const {
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(limits_.time).count();
  return {Code::Invalid,
          "the answer would take more than " + std::to_string(limit) +
              " ms of this registry's processor time; search for fewer or longer words, or add a filter"};
}

}  // namespace toolhive::registry
