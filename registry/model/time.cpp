#include "registry/model/time.hpp"

#include <algorithm>

#include "controller/base/time.hpp"

namespace toolhive::registry {

std::string time_after(std::string_view last, std::string_view now) {
  if (last < now) return std::string(now);
  const auto time = parse_rfc3339(last);
  // Nobody's clock is there; times then repeat.
  return time ? to_rfc3339_micro(std::min(*time + std::chrono::microseconds(1), kLastTime))
              : std::string(now);
}

}  // namespace toolhive::registry
