#include "test/integration/runtime/greeter.hpp"

#include <nlohmann/json.hpp>

using namespace toolhive;

namespace toolhive::example {

Greeter::Greeter(runtime::Manager& manager)
    : manager_(manager), applier_(manager.client(), manager.cache(), "greeter") {
  manager.controller("greeter", kConfigMap)
      .owns(kSecret)
      .concurrency(2)
      .reconcile([this](const Context& ctx, const kube::Key& key) { return reconcile(ctx, key); });
}

StatusOr<runtime::Result> Greeter::reconcile(const Context& ctx, const kube::Key& key) {
  // What is there? The cache answers, and never with less than what this process has written itself.
  const auto source = manager_.cache().get(ctx, kConfigMap, key);
  if (source.status().code() == Code::NotFound) return runtime::Result{};  // its Secret goes with it
  if (!source.ok()) return source.status();
  if (source->meta().deleting()) return runtime::Result{};

  const Json document = source->json();
  const Json data = document.value("data", Json::object());
  if (!data.contains("name")) {
    // Not, or no longer, for us.
    const Status removed = applier_.remove(ctx, kSecret, *source, key);
    return removed.ok() ? StatusOr<runtime::Result>(runtime::Result{}) : removed;
  }

  // What should be there? Only what we care about: other fields and labels are left to others.
  Json secret = {{"metadata", {{"namespace", key.ns}, {"name", key.name}}},
                 {"stringData", {{"greeting", "Hello, " + data["name"].get<std::string>() + "!"}}}};
  const auto applied = applier_.apply(ctx, kSecret, *source, std::move(secret));
  if (applied.status().reason() == runtime::Applier::kNameConflict) {
    manager_.events().record(*source, runtime::EventType::Warning, "NameConflict", "Greet",
                             applied.status().message());
    return runtime::Result{Duration(std::chrono::minutes(1))};
  }
  if (!applied.ok()) return applied.status();
  return runtime::Result{};
}

}  // namespace toolhive::example
