// RegistryReconciler: makes the cluster hold what a Registry declares, and its status say how that went.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "controller/operator/options.hpp"
#include "controller/operator/registry/operand_writer.hpp"
#include "controller/operator/registry/probe.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/write/applier.hpp"
#include "controller/runtime/write/status_writer.hpp"

namespace toolhive {

// Name of the controller, for Manager::enqueue.
inline constexpr const char* kRegistryController = "registry";

// Thread-safe: reconcile() runs for different keys at once. The manager and `access` must outlive it.
class RegistryReconciler {
 public:
  RegistryReconciler(runtime::Manager& manager, RegistryAccess& access, OperatorOptions options);

  // Declares what is watched. Once, before Manager::run().
  void attach();

  StatusOr<runtime::Result> reconcile(const Context& ctx, const kube::Key& key);

 private:
  StatusOr<RegistryInputs> inputs_of(const Context& ctx, const kube::Object& object, RegistrySpec spec);
  StatusOr<std::optional<Json>> claim_of(const Context& ctx, const RegistryInputs& inputs);
  StatusOr<std::vector<Json>> pods_of(const kube::Key& key) const;
  std::optional<Finding> rehearse(const Context& ctx, const kube::Object& object, const Json& before,
                                  const RegistryInputs& inputs);
  void accept(const RegistryInputs& inputs);
  // The inputs of the same Registry that were accepted last, as far as this process knows.
  std::optional<RegistryInputs> accepted(const RegistryInputs& refused) const;
  Status repair_strategy(const Context& ctx, const kube::Object& running);
  StatusOr<runtime::Result> bring_about(const Context& ctx, const kube::Object& object, const Json& before,
                                        const RegistryInputs& inputs);

  runtime::Manager& manager_;
  RegistryAccess& access_;
  const OperatorOptions options_;
  runtime::Applier applier_;
  const runtime::StatusWriter status_;
  ServiceProbe probe_;
  mutable std::mutex mutex_;
  std::map<kube::Key, RegistryInputs> accepted_;  // guarded by mutex_
};

}  // namespace toolhive
