#include "controller/operator/schedule.hpp"

#include <functional>

namespace toolhive {

Duration jittered(Duration period, const kube::Key& key) {
  const auto permille = static_cast<Duration::rep>(std::hash<kube::Key>{}(key) % 101);
  return period + period / 1000 * permille;
}

bool is_turn(WallTime now, Duration period, int turns, const kube::Key& key) {
  const auto time = static_cast<std::size_t>(now.time_since_epoch() / period);
  return (time + std::hash<kube::Key>{}(key)) % static_cast<std::size_t>(turns) == 0;
}

}  // namespace toolhive
