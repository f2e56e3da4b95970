// OperatorProcess: toolhive-operator as a program of its own, which can be killed and started
// again.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/transport/transport.hpp"
#include "test/e2e/harness/process.hpp"
#include "test/faults/harness/process_usage.hpp"

namespace toolhive::faults {

// The image that a Registry gets, and another one of the same content.
inline constexpr const char* kImage = "localhost/mcp-registry:" TOOLHIVE_VERSION;
inline constexpr const char* kOtherImage = "localhost/mcp-registry:faults";
// Of the servers of test/servers.
inline constexpr const char* kServerImage = "localhost/weather:" TOOLHIVE_VERSION;
inline constexpr const char* kHostileImage = "localhost/hostile:" TOOLHIVE_VERSION;

class OperatorProcess {
 public:
  // Reaches the API server by `kubeconfig`, looks after namespace `ns` only; its log goes to
  // `folder`.
  OperatorProcess(const std::string& kubeconfig, const std::string& ns, const std::string& folder);
  ~OperatorProcess();

  void start();
  void kill();  // SIGKILL
  bool running();
  // Empty when its caches are complete and healthy; else what /readyz says.
  std::string unready() const;
  ProcessUsage usage() const;

 private:
  const std::string kubeconfig_;
  const std::string ns_;
  const std::string log_;
  int port_ = 0;  // of its health endpoint
  std::unique_ptr<kube::Transport> health_;
  std::unique_ptr<e2e::Background> process_;
};

}  // namespace toolhive::faults
