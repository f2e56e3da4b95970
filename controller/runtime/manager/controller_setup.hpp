// ControllerSetup: what ControllerBuilder collects, without the type of the objects. Behind it, not
// for users.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/object/resource.hpp"
#include "controller/runtime/cache/informer.hpp"
#include "controller/runtime/cache/mapping.hpp"
#include "controller/runtime/controller/reconcile.hpp"
#include "controller/runtime/manager/controller_handle.hpp"
#include "controller/runtime/write/status_writer.hpp"

namespace toolhive::runtime {

class Manager;
struct ControllerSpec;
struct LifecycleSteps;

// Not thread-safe; used up by add().
class ControllerSetup {
 public:
  ControllerSetup(Manager& manager, std::string name, const kube::ResourceType& type);
  ControllerSetup(ControllerSetup&&) noexcept;
  ~ControllerSetup();

  void watches(const kube::ResourceType& type, Mapper mapper, const InformerOptions& options,
               Predicate predicate);
  void predicate(Predicate predicate);
  void index(std::string name, IndexFunction function);
  void concurrency(int workers);
  void timeout(Duration limit);
  void backoff(BackoffOptions options);
  void reports(ReadyReport report);
  LifecycleSteps& steps();
  // Gives all of it to the manager.
  ControllerHandle add();

 private:
  std::unique_ptr<ControllerSpec> spec_;
  Manager& manager_;
};

}  // namespace toolhive::runtime
