#include "controller/operator/registry/accepted_inputs.hpp"

namespace toolhive {

void AcceptedInputs::remember(const RegistryInputs& inputs) {
  const std::lock_guard lock(mutex_);
  inputs_.insert_or_assign(inputs.key, inputs);
}

std::optional<RegistryInputs> AcceptedInputs::find(const kube::Key& key, const std::string& uid) const {
  const std::lock_guard lock(mutex_);
  const auto found = inputs_.find(key);
  return found != inputs_.end() && found->second.uid == uid ? std::optional(found->second) : std::nullopt;
}

void AcceptedInputs::forget(const kube::Key& key) {
  const std::lock_guard lock(mutex_);
  inputs_.erase(key);
}

}  // namespace toolhive
