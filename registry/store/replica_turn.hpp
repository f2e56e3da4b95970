#pragma once

#include "registry/base/result.hpp"

namespace toolhive::registry {

// Which of the replicas on one store does what one of them should do. An economy and no lock: for a
// moment two may think that it is theirs, so what they do must be harmless when it is done twice.
// Thread safe.
class ReplicaTurn {
 public:
  virtual ~ReplicaTurn() = default;
  ReplicaTurn() = default;
  ReplicaTurn(const ReplicaTurn&) = delete;
  ReplicaTurn& operator=(const ReplicaTurn&) = delete;

  // Whether it is this one; tries to become it. Unavailable when that cannot be found out.
  virtual Result<bool> mine() = 0;
};

}  // namespace toolhive::registry
