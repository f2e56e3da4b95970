#include "controller/operator/backup/files.hpp"

#include <memory>
#include <nlohmann/json.hpp>

#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

Json metadata_of(const kube::Object& object) {
  Json metadata = {{"name", object.meta().name}, {"namespace", object.meta().ns}};
  if (!object.meta().labels.empty()) metadata["labels"] = object.meta().labels.to_map();
  auto annotations = object.meta().annotations.to_map();
  annotations.erase(kLastApplied);
  if (!annotations.empty()) metadata["annotations"] = annotations;
  return metadata;
}

std::string text_of(const kube::Object& object) {
  return declaration_of(object).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Json declaration_of(const kube::Object& object) {
  const Json document = object.json();
  Json declared = {
      {"apiVersion", object.api_version()}, {"kind", object.kind()}, {"metadata", metadata_of(object)}};
  for (const char* part : {"spec", "data"})
    if (document.contains(part)) declared[part] = document.at(part);
  return declared;
}

StatusOr<JsonPtr> files_of(const Context& ctx, const runtime::Cache& cache, const kube::Object& registry) {
  Json files = {{"registry.json", text_of(registry)}};
  for (const auto& name : {config_map_name(registry.key()), server_config_map_name(registry.key())}) {
    const auto map = cache.get(ctx, config_map_type(), {registry.key().ns, name});
    if (map.status().code() == Code::NotFound) continue;
    if (!map.ok()) return map.status();
    files[name + ".json"] = text_of(*map);
  }
  return std::make_shared<const Json>(std::move(files));
}

}  // namespace toolhive
