// Workload: a namespace of ConfigMaps that change all the time.
#pragma once

#include <map>
#include <random>
#include <string>

#include "controller/kube/client/client.hpp"

namespace toolhive::faults {

class Workload {
 public:
  Workload(kube::Client& client, std::string ns, std::mt19937_64 random);
  // Creates, changes, deletes or replaces one of a dozen objects, at random. Throws
  // std::runtime_error when the API server refuses.
  void step();
  std::size_t steps() const { return steps_; }

 private:
  kube::Client& client_;
  const std::string ns_;
  std::mt19937_64 random_;
  std::size_t steps_ = 0;
};

}  // namespace toolhive::faults
