// The controller of Widgets: keeps the ConfigMaps of each Widget as declared, and says in its
// status that it did.
#pragma once

#include "controller/runtime/manager/manager.hpp"
#include "test/bench/controllers/cpp/observations.hpp"
#include "test/bench/controllers/cpp/widget.hpp"

namespace toolhive::bench {

inline const kube::ResourceType kConfigMap{"", "v1", "ConfigMap", "configmaps"};
// The ConfigMaps that are watched.
inline constexpr const char* kSelector = "bench.mcpregistry.dev/part=true";
// When the driver changed a Widget: nanoseconds of the system clock.
inline constexpr const char* kSentAnnotation = "bench.mcpregistry.dev/sent";

// Adds the controller to the manager; `observations` must outlive its passes.
runtime::ControllerHandle reconcile_widgets(runtime::Manager& manager, Observations& observations,
                                            int workers);

}  // namespace toolhive::bench
