#include "controller/runtime/write/replacement.hpp"

#include <nlohmann/json.hpp>

namespace toolhive::runtime {

Status accepts_alone(const Context& ctx, kube::Client& client, const kube::ResourceType& type, Json intent,
                     const std::string& field_manager) {
  // The API server adds five letters. Of the names of all kinds a label of 63 is the shortest.
  constexpr std::size_t kLongestPrefix = 50;
  Json& metadata = intent["metadata"];
  metadata["generateName"] = metadata.value("name", "").substr(0, kLongestPrefix) + "-";
  for (const char* of_the_object : {"name", "uid", "resourceVersion"}) metadata.erase(of_the_object);
  intent["apiVersion"] = type.api_version();
  intent["kind"] = type.kind;
  kube::WriteOptions options;
  options.field_manager = field_manager;
  options.dry_run = true;
  return client.create(ctx, type, intent, options).status();
}

}  // namespace toolhive::runtime
