// RegistryReconciler: makes the cluster hold what a Registry declares, and its status say how that went.
#pragma once

#include <optional>

#include "controller/operator/options.hpp"
#include "controller/operator/registry/operand_writer.hpp"
#include "controller/operator/registry/probe.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/runtime/applier.hpp"
#include "controller/runtime/manager.hpp"

namespace toolhive {

// Name of the controller, for Manager::enqueue.
inline constexpr const char* kRegistryController = "registry";

// Thread-safe: reconcile() runs for different keys at once. The manager and `access` must outlive it.
class RegistryReconciler {
 public:
  RegistryReconciler(runtime::Manager& manager, RegistryAccess& access, OperatorOptions options);

  // Declares what is watched. Once, before Manager::run().
  void attach();

  kube::StatusOr<runtime::Result> reconcile(const kube::Context& ctx, const kube::Key& key);

 private:
  kube::StatusOr<RegistryInputs> inputs_of(const kube::Context& ctx, const kube::Object& object,
                                           RegistrySpec spec);
  kube::StatusOr<std::optional<kube::Json>> claim_of(const kube::Context& ctx, const RegistryInputs& inputs);
  std::vector<kube::Json> pods_of(const kube::Key& key) const;
  kube::StatusOr<std::optional<Finding>> rehearse(const kube::Context& ctx, const kube::Object& object,
                                                  const kube::Json& before, const RegistryInputs& inputs,
                                                  const kube::Object& running);
  kube::Status repair_strategy(const kube::Context& ctx, const kube::Object& running);
  kube::StatusOr<runtime::Result> bring_about(const kube::Context& ctx, const kube::Object& object,
                                              const kube::Json& before, const RegistryInputs& inputs);
  kube::Status write_status(const kube::Context& ctx, const kube::Object& object, const kube::Json& before,
                            const kube::Json& status);
  void report(const kube::Object& object, const kube::Json& before, const kube::Json& status);

  runtime::Manager& manager_;
  RegistryAccess& access_;
  const OperatorOptions options_;
  runtime::Applier applier_;
  ServiceProbe probe_;
};

}  // namespace toolhive
