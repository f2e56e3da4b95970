// HotLoopDetector: notices an object that every pass writes to, and that is therefore never
// settled.
#pragma once

#include <deque>
#include <mutex>
#include <unordered_map>

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::runtime {

// Thread-safe. A settled object is one whose pass writes nothing; until there is such a pass,
// writing passes within a minute add up.
class HotLoopDetector {
 public:
  HotLoopDetector(Clock& clock, int limit) : clock_(clock), limit_(limit) {}

  // To be called at the end of each pass. True when this pass makes `limit` exceeded, at most once
  // a minute per key.
  bool pass_ended(const kube::Key& key, int writes);

 private:
  struct Writer {
    std::deque<TimePoint> passes;  // of the last minute, all with writes; at most limit_ + 1
    TimePoint reported = TimePoint::min();
  };
  Clock& clock_;
  const int limit_;
  std::mutex mutex_;
  std::unordered_map<kube::Key, Writer> writers_;  // keys whose last pass wrote
};

}  // namespace toolhive::runtime
