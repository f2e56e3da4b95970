// UntypedControllerBuilder: a controller of one function, which is given the key of an object in whatever state that is.
#pragma once

#include <string>
#include <utility>

#include "controller/runtime/manager/controller_setup.hpp"

namespace toolhive::runtime {

// As ControllerBuilder.
class UntypedControllerBuilder {
 public:
  UntypedControllerBuilder(Manager& manager, std::string name, const kube::ResourceType& type)
      : type_(type), setup_(manager, std::move(name), type) {}

  UntypedControllerBuilder& owns(const kube::ResourceType& type, const InformerOptions& options = {},
                                 Predicate predicate = any_change()) {
    return watches(type, map_owner(type_), options, std::move(predicate));
  }
  UntypedControllerBuilder& watches(const kube::ResourceType& type, Mapper mapper,
                                    const InformerOptions& options = {}, Predicate predicate = any_change()) {
    setup_.watches(type, std::move(mapper), options, std::move(predicate));
    return *this;
  }
  UntypedControllerBuilder& when(Predicate predicate) {
    setup_.when(std::move(predicate));
    return *this;
  }
  UntypedControllerBuilder& concurrency(int workers) {
    setup_.concurrency(workers);
    return *this;
  }
  UntypedControllerBuilder& timeout(Duration limit) {
    setup_.timeout(limit);
    return *this;
  }
  ControllerHandle reconcile(Reconcile function) { return setup_.add(std::move(function)); }

 private:
  kube::ResourceType type_;
  ControllerSetup setup_;
};

}  // namespace toolhive::runtime
