#include "test/bench/controllers/cpp/reconciler.hpp"

#include <nlohmann/json.hpp>

#include "controller/runtime/write/status_writer.hpp"

using namespace toolhive;

namespace toolhive::bench {

namespace {
constexpr const char* kManager = "bench-cpp";
}

WidgetReconciler::WidgetReconciler(runtime::Manager& manager, Observations& observations, int workers)
    : manager_(manager), observations_(observations), applier_(manager.client(), manager.cache(), kManager) {
  runtime::InformerOptions parts;
  parts.label_selector = kSelector;
  manager.controller("widget", kube::Resource<Widget>::type())
      .owns(kConfigMap, parts)
      .concurrency(workers)
      .reconcile([this](const Context& ctx, const kube::Key& key) {
        auto result = reconcile(ctx, key);
        observations_.reconciled();
        return result;
      });
}

StatusOr<runtime::Result> WidgetReconciler::reconcile(const Context& ctx, const kube::Key& key) {
  const auto object = manager_.cache().get(ctx, kube::Resource<Widget>::type(), key);
  if (object.status().code() == Code::NotFound) return runtime::Result{};  // its children go with it
  if (!object.ok()) return object.status();
  if (object->meta().deleting()) return runtime::Result{};
  if (const auto sent = object->meta().annotations.get(kSentAnnotation)) observations_.changed(*sent);

  const auto widget = object->as<Widget>();
  if (!widget.ok()) return widget.status();
  for (int i = 0; i < widget->children; ++i) {
    const auto applied = applier_.apply(
        ctx, kConfigMap, *object,
        {{"metadata",
          {{"namespace", key.ns},
           {"name", key.name + "-" + std::to_string(i)},
           {"labels", {{"bench.mcpregistry.dev/part", "true"}}}}},
         {"data", {{"widget", key.name}, {"index", std::to_string(i)}, {"note", widget->note}}}});
    if (!applied.ok()) return applied.status();
  }

  const std::int64_t generation = object->meta().generation;
  if (widget->ready == widget->children && widget->observed_generation == generation)
    return runtime::Result{};
  const auto written =
      runtime::write_status(ctx, manager_.client(), kube::Resource<Widget>::type(), *object,
                            {{"ready", widget->children}, {"observedGeneration", generation}}, kManager);
  if (!written.ok()) return written.status();
  return runtime::Result{};
}

}  // namespace toolhive::bench
