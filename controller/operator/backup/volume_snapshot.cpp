#include "controller/operator/backup/volume_snapshot.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"
#include "controller/kube/object/quantity.hpp"
#include "controller/operator/labels.hpp"

namespace toolhive {

namespace {

// Of what a driver says.
constexpr std::size_t kMostSnapshotWords = 600;

}  // namespace

Json volume_snapshot(const BackupInputs& inputs) {
  Json spec = {{"source", {{"persistentVolumeClaimName", pvc_name(*inputs.registry)}}}};
  if (!inputs.spec.snapshot_class_name.empty())
    spec["volumeSnapshotClassName"] = inputs.spec.snapshot_class_name;
  return {
      {"metadata",
       {{"name", inputs.key.name}, {"namespace", inputs.key.ns}, {"labels", backup_labels(inputs.key.name)}}},
      {"spec", std::move(spec)}};
}

SnapshotState read_snapshot(const Json& snapshot) {
  SnapshotState state;
  const Json* const ready = value_at(snapshot, "/status/readyToUse");
  state.ready = ready && ready->is_boolean() && ready->get<bool>();
  if (const Json* const error = value_at(snapshot, "/status/error"); error && error->is_object()) {
    const std::string words = string_member(*error, "message");
    state.error = words.empty() ? "the driver gives no reason" : cleaned(words, kMostSnapshotWords);
  }
  if (const auto size = kube::parse_quantity(text_at(snapshot, "/status/restoreSize")); size && *size > 0)
    state.bytes = static_cast<std::int64_t>(*size);
  return state;
}

}  // namespace toolhive
