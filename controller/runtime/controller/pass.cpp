#include "controller/runtime/controller/pass.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace toolhive::runtime {

std::string_view Pass::namespace_for(const kube::ResourceType& type) const {
  return type.scope == kube::Scope::Namespaced ? object_.meta().ns : std::string_view();
}

StatusOr<kube::Object> Pass::apply(const kube::ResourceType& type, Json intent,
                                   const Applier::Options& options) const {
  Json& metadata = intent["metadata"];
  if (!metadata.contains("name")) metadata["name"] = object_.meta().name;
  if (!metadata.contains("namespace") && !namespace_for(type).empty())
    metadata["namespace"] = namespace_for(type);
  return tools_.applier.apply(ctx_, type, object_, std::move(intent), options);
}

Status Pass::remove(const kube::ResourceType& type, std::string_view name) const {
  return tools_.applier.remove(ctx_, type, object_, {std::string(namespace_for(type)), std::string(name)});
}

}  // namespace toolhive::runtime
