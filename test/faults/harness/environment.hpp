// Environment: a namespace, the fault proxy and the operator behind it, for one run of a scenario.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/kube/client/client.hpp"
#include "test/faults/harness/await.hpp"
#include "test/faults/harness/fault_proxy.hpp"
#include "test/faults/harness/operator_process.hpp"
#include "test/faults/harness/scenario.hpp"

namespace toolhive::faults {

// One thread uses it. Any function may throw std::runtime_error, which says what did not come
// about.
class Environment {
 public:
  explicit Environment(const std::string& log_name);
  ~Environment();  // kills the operator and deletes the namespace, without waiting for it

  kube::Client& client() { return *client_; }
  FaultProxy& proxy() { return proxy_; }
  OperatorProcess& op() { return *operator_; }
  const std::string& ns() const { return ns_; }

  // Called again and again while something is waited for.
  void on_wait(std::function<void()> hook) { hook_ = std::move(hook); }

  void run(const std::vector<Step>& steps, e2e::Seconds bound = e2e::Seconds(120));
  // The operator is ready and has not asked for a write for a second.
  void await_rest(e2e::Seconds bound = e2e::Seconds(120));
  // What is there when nothing has changed for 5 s: longer than Kubernetes' controllers, and the
  // operator's next question to a registry that did not answer at once, take.
  Json lasting_end_state(e2e::Seconds bound = e2e::Seconds(120));
  // At rest in this state. Overdue says what differs.
  void await_end_state(const Json& expected, e2e::Seconds bound = e2e::Seconds(120));

 private:
  void wait(const std::string& what, const Check& check, e2e::Seconds bound);
  std::string restless();

  const std::string folder_;
  std::unique_ptr<kube::Client> client_;  // past the proxy
  std::string ns_;
  FaultProxy proxy_;
  std::unique_ptr<OperatorProcess> operator_;
  std::function<void()> hook_;
};

}  // namespace toolhive::faults
