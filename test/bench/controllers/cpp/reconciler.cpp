#include "test/bench/controllers/cpp/reconciler.hpp"

#include <nlohmann/json.hpp>
#include <utility>

using namespace toolhive;

namespace toolhive::bench {

namespace {

using WidgetRef = kube::Ref<Widget>;

Status apply_children(runtime::Pass& pass, const WidgetRef& widget) {
  const std::string name = widget.key().name;
  for (std::int64_t i = 0; i < widget->children; ++i) {
    const std::string index = std::to_string(i);
    Json child;
    child["metadata"]["name"] = name + "-" + index;
    child["metadata"]["labels"]["bench.mcpregistry.dev/part"] = "true";
    Json& data = child["data"];
    data["widget"] = name;
    data["index"] = index;
    data["note"] = widget->note;
    if (const auto applied = pass.apply(kConfigMap, std::move(child)); !applied.ok()) return applied.status();
  }
  return {};
}

Status reconcile(runtime::Pass& pass, const WidgetRef& widget, Observations& observations) {
  if (const auto sent = widget.meta().annotations.get(kSentAnnotation)) observations.changed(*sent);
  if (Status applied = apply_children(pass, widget); !applied.ok()) return applied;
  const std::int64_t generation = widget.meta().generation;
  if (widget->ready == widget->children && widget->observed_generation == generation) return {};
  return pass.write_status({{"ready", widget->children}, {"observedGeneration", generation}}).status();
}

}  // namespace

runtime::ControllerHandle reconcile_widgets(runtime::Manager& manager, Observations& observations,
                                            int workers) {
  runtime::InformerOptions parts;
  parts.label_selector = kSelector;
  return manager.controller<Widget>("widget")
      .owns(kConfigMap, parts)
      .concurrency(workers)
      .on_gone([&observations](const kube::Key&) { observations.reconciled(); })
      .reconcile([&observations](runtime::Pass& pass, const WidgetRef& widget) {
        Status result = reconcile(pass, widget, observations);
        observations.reconciled();
        return result;
      });
}

}  // namespace toolhive::bench
