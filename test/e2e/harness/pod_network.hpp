// PodNetwork: the network as a pod has it, under the NetworkPolicies of both ends.
#pragma once

#include <string>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {

// Works in the pod's own network namespace, with its address and the cluster's DNS: what it reaches
// is what the pod's program could reach. Good for as long as the pod's containers run.
class PodNetwork {
 public:
  // `pod` is running. Throws std::runtime_error when no process of it is found.
  explicit PodNetwork(const Json& pod);

  // What becomes of a connection to the URL's host and port, whatever is said on it then.
  enum class Outcome {
    Open,
    Dropped,  // the name was found and nothing answered in two seconds, as where a policy forbids it
    Failed,   // anything else: no such name, a refusal
  };
  Outcome connect(const std::string& url) const;

 private:
  std::string namespace_file_;  // under /proc, as programs within the cluster see it
};

}  // namespace e2e
