// Health: named checks behind /healthz and /readyz.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "controller/kube/status.hpp"

namespace runtime {

// Thread-safe. A check must answer at once, from any thread, and must not call back into this object.
class Health {
 public:
  using Check = std::function<kube::Status()>;
  void add_liveness(std::string name, Check check);
  void add_readiness(std::string name, Check check);

  struct Report {
    bool ok = true;
    std::string
        text;  // a line per check, as Kubernetes components print: "[+]name ok" or "[-]name failed: why"
  };
  Report live() const;
  Report ready() const;

 private:
  using Checks = std::map<std::string, Check>;
  Report run(const Checks Health::*checks) const;
  mutable std::mutex mutex_;
  Checks liveness_;
  Checks readiness_;
};

}  // namespace runtime
