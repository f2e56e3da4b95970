// Controller: what to watch, and what to call. Made by Manager::controller():
//
//   manager.controller("registry", registry_type)
//       .owns(deployment_type)
//       .watches(secret_type, secrets_to_registries)
//       .concurrency(4)
//       .reconcile([&](const Context& ctx, const kube::Key& key) -> StatusOr<Result> { ... });
#pragma once

#include <memory>
#include <string>

#include "controller/kube/object/resource.hpp"
#include "controller/runtime/cache/informer.hpp"
#include "controller/runtime/cache/mapping.hpp"
#include "controller/runtime/controller/reconcile.hpp"

namespace toolhive::runtime {

class Manager;
struct ControllerSpec;

// Not thread-safe; used up by reconcile(). Errors of the calls before surface in Manager::run().
class ControllerBuilder {
 public:
  ControllerBuilder(Manager& manager, std::string name, const kube::ResourceType& type);
  ControllerBuilder(ControllerBuilder&&) noexcept;
  ~ControllerBuilder();

  // Objects whose controller owner is of this controller's type wake their owner.
  ControllerBuilder& owns(const kube::ResourceType& type, const InformerOptions& options = {},
                          Predicate predicate = any_change());
  ControllerBuilder& watches(const kube::ResourceType& type, Mapper mapper,
                             const InformerOptions& options = {}, Predicate predicate = any_change());
  // For the controller's own type; default declared_changed().
  ControllerBuilder& when(Predicate predicate);
  // Workers, at least 1; default 1.
  ControllerBuilder& concurrency(int workers);
  // The deadline that a pass is given; default 2 minutes.
  ControllerBuilder& timeout(Duration limit);
  void reconcile(Reconcile function);

 private:
  std::unique_ptr<ControllerSpec> spec_;
  Manager& manager_;
};

}  // namespace toolhive::runtime
