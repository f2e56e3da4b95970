#include "controller/operator/schedule.hpp"

#include <functional>

namespace toolhive {

Duration jittered(Duration period, const kube::Key& key) {
  const auto permille = static_cast<Duration::rep>(std::hash<kube::Key>{}(key) % 101);
  return period + period / 1000 * permille;
}

}  // namespace toolhive
