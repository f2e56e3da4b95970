// Greeter: the example of a controller.
#pragma once

#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive::example {

inline const kube::ResourceType kConfigMap{"", "v1", "ConfigMap", "configmaps"};
inline const kube::ResourceType kSecret{"", "v1", "Secret", "secrets"};

// For each ConfigMap with a value under `name`, keeps a Secret of the same name with a greeting in it.
class Greeter {
 public:
  explicit Greeter(runtime::Manager& manager);

 private:
  StatusOr<runtime::Result> reconcile(const Context& ctx, const kube::Key& key);

  runtime::Manager& manager_;
  runtime::Applier applier_;
};

}  // namespace toolhive::example
