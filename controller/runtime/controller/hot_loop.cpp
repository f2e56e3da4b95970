#include "controller/runtime/controller/hot_loop.hpp"

namespace toolhive::runtime {

namespace {
constexpr Duration kWindow = std::chrono::minutes(1);
}

bool HotLoopDetector::pass_ended(const kube::Key& key, int writes) {
  const std::lock_guard lock(mutex_);
  if (writes == 0) {
    writers_.erase(key);
    return false;
  }
  const TimePoint now = clock_.now();
  Writer& writer = writers_[key];
  writer.passes.push_back(now);
  while (now - writer.passes.front() > kWindow || writer.passes.size() > static_cast<std::size_t>(limit_) + 1)
    writer.passes.pop_front();
  if (writer.passes.size() <= static_cast<std::size_t>(limit_)) return false;
  if (writer.reported != TimePoint::min() && now - writer.reported < kWindow) return false;
  writer.reported = now;
  return true;
}

}  // namespace toolhive::runtime
