#include <nlohmann/json.hpp>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/restore_snapshot.hpp"

namespace toolhive {

Json persistent_volume_claim(const RegistryInputs& inputs) {
  const RegistrySpec::Storage& storage = inputs.spec.storage;
  Json spec = {{"accessModes", storage.access_modes},
               {"resources", {{"requests", {{"storage", claim_size(inputs)}}}}}};
  if (!storage.storage_class_name.empty()) spec["storageClassName"] = storage.storage_class_name;
  if (inputs.restore_snapshot)
    spec["dataSource"] = snapshot_source(*inputs.restore_snapshot);
  else if (inputs.claim_source)
    spec["dataSource"] = *inputs.claim_source;
  Json metadata = operand_metadata(inputs, pvc_name(inputs));
  // The garbage collector deletes what an owner reference names with its owner: the data, unless it
  // is retained. It is not a controller reference, so that retain can be switched while the claim
  // lives.
  if (!storage.retain) {
    metadata["ownerReferences"] = Json::array({{{"apiVersion", registry_type().api_version()},
                                                {"kind", registry_type().kind},
                                                {"name", inputs.key.name},
                                                {"uid", inputs.uid}}});
  }
  return {{"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

}  // namespace toolhive
