#include "controller/operator/registry/restore_snapshot.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/quantity.hpp"

namespace toolhive {

namespace {

constexpr const char* kSnapshotGroup = "snapshot.storage.k8s.io";
constexpr const char* kSnapshotKind = "VolumeSnapshot";

}  // namespace

Json snapshot_source(const std::string& snapshot) {
  return {{"apiGroup", kSnapshotGroup}, {"kind", kSnapshotKind}, {"name", snapshot}};
}

std::string snapshot_of(const Json& claim) {
  const bool is_one = text_at(claim, "/spec/dataSource/apiGroup") == kSnapshotGroup &&
                      text_at(claim, "/spec/dataSource/kind") == kSnapshotKind;
  return is_one ? text_at(claim, "/spec/dataSource/name") : std::string();
}

std::optional<std::string> snapshot_obstacle(RegistryInputs& inputs, const Json* claim,
                                             const SnapshotPlace& place) {
  RegistrySpec::Storage& storage = inputs.spec.storage;
  const std::string& at = inputs.spec.restore_from->at;
  if (!at.empty())
    return "at: the VolumeSnapshot " + place.name +
           " has the registry as it was at one moment; leave at out, or restore from a RegistryBackup of the "
           "method Export";
  if (!storage.is_files())
    return "the VolumeSnapshot " + place.name +
           " has files; set storage.type to Filesystem, or restore from a RegistryBackup of the method "
           "Export";
  if (!storage.existing_claim.empty())
    return "the VolumeSnapshot " + place.name +
           " becomes a claim of its own; leave storage.existingClaim out in a new Registry";
  if (claim && snapshot_of(*claim) != place.name)
    return "the claim " + pvc_name(inputs) + " is there already and was not made from the VolumeSnapshot " +
           place.name + "; delete it if its data are of no use, or give the Registry another name";
  const auto size = kube::parse_quantity(claim_size(inputs));
  if (claim || !size || static_cast<std::int64_t>(*size) >= place.bytes) return {};
  if (!storage.size.empty())
    return "storage.size: " + storage.size + " is less than the " + std::to_string(place.bytes) +
           " bytes of the VolumeSnapshot " + place.name + "; ask for as much";
  storage.size = std::to_string(place.bytes);
  return {};
}

ConditionValue observe_snapshot_restore(const RegistryInputs& inputs, const Json* claim) {
  const std::string what = "the claim " + pvc_name(inputs);
  const std::string source = "the VolumeSnapshot " + *inputs.restore_snapshot;
  if (claim && text_at(*claim, "/status/phase") == "Bound")
    return ConditionValue::yes("Restored", what + " was made from " + source);
  return ConditionValue::unknown("Restoring",
                                 what + " is made from " + source + " before the registry serves");
}

}  // namespace toolhive
