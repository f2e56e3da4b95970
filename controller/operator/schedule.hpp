// When to look again, where nothing tells of a change.
#pragma once

#include <map>
#include <mutex>

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// `period`, up to a tenth longer, the same for the same key: checks of many resources spread out.
Duration jittered(Duration period, const kube::Key& key);

// Delays between attempts, per key: 1 s, doubling to 60 s. Thread-safe.
class FailureBackoff {
 public:
  Duration next(const kube::Key& key);
  void reset(const kube::Key& key);

 private:
  std::mutex mutex_;
  std::map<kube::Key, int> failures_;  // guarded by mutex_
};

}  // namespace toolhive
