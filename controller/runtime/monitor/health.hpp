// Health: named checks behind /healthz and /readyz.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "controller/base/status.hpp"

namespace toolhive::runtime {

// Thread-safe. A check must answer at once, from any thread, and must not call back into this
// object.
class Health {
 public:
  using Check = std::function<Status()>;
  void add_liveness(std::string name, Check check);
  void add_readiness(std::string name, Check check);
  // Something to know that takes nobody's readiness: empty while there is nothing. Shown in ready()
  // alone, as "[!]name: text".
  using Notice = std::function<std::string()>;
  void add_notice(std::string name, Notice notice);

  struct Report {
    bool ok = true;
    // a line per check, as Kubernetes components print: "[+]name ok" or "[-]name failed: why"
    std::string text;
  };
  Report live() const;
  Report ready() const;

 private:
  using Checks = std::map<std::string, Check>;
  Report run(const Checks Health::*checks) const;
  mutable std::mutex mutex_;
  Checks liveness_;
  Checks readiness_;
  std::map<std::string, Notice> notices_;
};

}  // namespace toolhive::runtime
