#include "controller/operator/server/stream_slots.hpp"

namespace toolhive {

bool StreamSlots::take(const std::string& ns) {
  const auto found = by_namespace_.find(ns);
  const int theirs = found == by_namespace_.end() ? 0 : found->second;
  if (taken_ == most_ || theirs == (most_ + 3) / 4) return false;
  ++taken_;
  ++by_namespace_[ns];
  return true;
}

void StreamSlots::leave(const std::string& ns) {
  const auto found = by_namespace_.find(ns);
  if (found == by_namespace_.end()) return;
  --taken_;
  if (--found->second == 0) by_namespace_.erase(found);
}

}  // namespace toolhive
