#include "controller/runtime/write/status_writer.hpp"

#include <nlohmann/json.hpp>

namespace toolhive::runtime {

StatusOr<bool> write_status(const Context& ctx, kube::Client& client, const kube::ResourceType& type,
                            const kube::Object& object, const Json& status,
                            const std::string& field_manager) {
  const Json document = object.json();
  const auto current = document.find("status");
  if (current != document.end() ? *current == status : status.empty()) return false;

  const kube::Meta& meta = object.meta();
  // The uid makes the server refuse the write when another object has taken the name.
  Json intent = {{"metadata", {{"name", meta.name}, {"uid", meta.uid}}}, {"status", status}};
  if (!meta.ns.empty()) intent["metadata"]["namespace"] = meta.ns;
  kube::WriteOptions options;
  options.field_manager = field_manager;
  options.subresource = "status";
  auto written = client.apply(ctx, type, intent, options);
  if (written.ok()) return true;
  const Status failure = written.status();
  if (failure.code() == Code::NotFound) return false;
  if (failure.code() == Code::Conflict) {
    auto live = client.get(ctx, type, object.key());
    if (live.status().code() == Code::NotFound) return false;
    if (live.ok() && live->meta().uid != meta.uid) return false;
  }
  return failure.with_context("writing the status of " + type.to_string() + " " + object.key().to_string());
}

}  // namespace toolhive::runtime
