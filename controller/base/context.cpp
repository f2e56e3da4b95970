#include "controller/base/context.hpp"

#include <algorithm>

namespace toolhive {

Context Context::with_timeout(Duration timeout) const {
  Context result(*this);
  const TimePoint now = clock.now();
  if (timeout < TimePoint::max() - now) result.deadline = std::min(deadline, now + timeout);
  return result;
}

}  // namespace toolhive
