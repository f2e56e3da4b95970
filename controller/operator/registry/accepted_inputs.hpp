// AcceptedInputs: what each Registry declared when it was accepted last, as far as this process
// knows.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// Thread-safe. While a newer spec is refused, this is what the operands are kept up to.
class AcceptedInputs {
 public:
  void remember(const RegistryInputs& inputs);
  // Those of the Registry that has `key` and `uid`: another one of that name has accepted nothing
  // yet.
  std::optional<RegistryInputs> find(const kube::Key& key, const std::string& uid) const;
  void forget(const kube::Key& key);

 private:
  mutable std::mutex mutex_;
  std::map<kube::Key, RegistryInputs> inputs_;  // guarded by mutex_
};

}  // namespace toolhive
