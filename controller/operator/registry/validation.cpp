#include "controller/operator/registry/validation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/quantity.hpp"
#include "controller/operator/backup_schedule/cron.hpp"
#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/registry/shared_files.hpp"
#include "controller/operator/text.hpp"

namespace toolhive {

namespace {

using Refusal = std::optional<ConditionValue>;

// "<name>-config" and "<name>-server" stay within 63 characters, so that the name of every operand
// but the dashboard, to which nothing refers, also serves as a label's value.
constexpr std::size_t kMaxName = 56;

// 1 Pi. Of more, a claim would be made that has to be deleted to be corrected.
constexpr long double kLargestSize = 1024.0L * 1024 * 1024 * 1024 * 1024;

// 16 Mi, of which an empty registry and what starts it take the larger part.
constexpr long double kLeastMemory = 16.0L * 1024 * 1024;

Refusal check_name(const RegistryInputs& inputs, const Json*) {
  if (is_dns_label(inputs.key.name) && inputs.key.name.size() <= kMaxName) return {};
  return ConditionValue::no("InvalidName",
                            "metadata.name: \"" + inputs.key.name + "\" cannot name a Service; use at most " +
                                std::to_string(kMaxName) +
                                " of a-z, 0-9 and -, beginning with a letter and not ending with -");
}

Refusal check_image(const RegistryInputs& inputs, const Json*) {
  if (!inputs.image.empty()) return {};
  return ConditionValue::no("ImageMissing",
                            "spec.image: give an image; this operator was started without a default one "
                            "(RELATED_IMAGE_REGISTRY or --registry-image)");
}

Refusal check_reference(const std::string& path, const std::string& name) {
  if (name.empty() || is_dns_subdomain(name)) return {};
  return ConditionValue::no("InvalidSpec", path + ": nothing can be called \"" + name +
                                               "\"; use a-z, 0-9, - and ., as in the name of any object");
}

// The schema says the same, but a spec may be older than that.
Refusal check_references(const RegistryInputs& inputs, const Json*) {
  const RegistrySpec& spec = inputs.spec;
  if (Refusal refusal = check_reference("spec.storage.existingClaim", spec.storage.existing_claim))
    return refusal;
  if (Refusal refusal = check_reference("spec.storage.storageClassName", spec.storage.storage_class_name))
    return refusal;
  for (const std::string& secret : spec.image_pull_secrets)
    if (Refusal refusal = check_reference("spec.imagePullSecrets", secret)) return refusal;
  return check_reference("spec.podTemplate.priorityClassName", spec.pod_template.priority_class_name);
}

Refusal check_replicas(const RegistryInputs& inputs, const Json*) {
  const RegistrySpec& spec = inputs.spec;
  if (!spec.storage.is_files() || spec.replicas == 0 || spec.replicas == 1 || has_shared_files(spec))
    return {};
  return ConditionValue::no("InvalidSpec",
                            "spec.replicas: must be 0 or 1 on files that one pod has, because there is "
                            "exactly one writer; for more name ReadWriteMany in spec.storage.accessModes, or "
                            "set spec.storage.type to PostgreSQL");
}

Refusal check_exposure(const RegistryInputs& inputs, const Json*) {
  const RegistrySpec::Exposure& exposure = inputs.spec.exposure;
  using Type = RegistrySpec::Exposure::Type;
  if (exposure.type == Type::Ingress && exposure.host.empty())
    return ConditionValue::no("InvalidSpec", "spec.exposure.host: is needed with type Ingress");
  if (exposure.type == Type::HTTPRoute && exposure.parent_refs.empty())
    return ConditionValue::no("InvalidSpec", "spec.exposure.parentRefs: is needed with type HTTPRoute");
  return {};
}

Refusal check_database(const RegistryInputs& inputs, const Json*) {
  if (inputs.spec.storage.is_files() || inputs.spec.storage.postgresql) return {};
  return ConditionValue::no(
      "InvalidSpec",
      "spec.storage.postgresql: is needed with type PostgreSQL; name the Secret with the "
      "database's URL in postgresql.secretRef");
}

Refusal check_pod_metadata(const RegistryInputs& inputs, const Json*) {
  const PodTemplate& pod = inputs.spec.pod_template;
  const auto set_by_operator = [](const char* map, const std::string& key) {
    return ConditionValue::no("InvalidSpec", "spec.podTemplate.metadata." + std::string(map) + "[" + key +
                                                 "]: is set by the operator; leave it out");
  };
  if (const auto key = reserved_label(pod.labels)) return set_by_operator("labels", *key);
  if (const auto key = reserved_annotation(pod.annotations)) return set_by_operator("annotations", *key);
  return {};
}

// A limit of 0 is none.
Refusal check_memory(const Resources& resources) {
  const auto limit = resources.limits.find("memory");
  if (limit == resources.limits.end()) return {};
  const auto allowed = kube::parse_quantity(limit->second);
  if (!allowed || *allowed == 0 || *allowed >= kLeastMemory) return {};
  return ConditionValue::no("InvalidSpec", "spec.resources.limits[memory]: " + limit->second +
                                               " is less than the 16Mi without which no registry starts");
}

// Without a NetworkPolicy the API server is not asked, and no namespace has such a label.
Refusal check_selector(const RegistryInputs& inputs, const Json*) {
  for (const auto& [key, value] : inputs.spec.allowed_namespaces.selector.match_labels)
    if (!is_label_key(key))
      return ConditionValue::no(
          "InvalidSpec", "spec.allowedNamespaces.selector.matchLabels: no label can have the key \"" + key +
                             "\"; correct it");
  return {};
}

Refusal check_resources(const RegistryInputs& inputs, const Json*) {
  if (!inputs.spec.resources) return {};
  if (Refusal refusal = check_memory(*inputs.spec.resources)) return refusal;
  for (const auto& [name, request] : inputs.spec.resources->requests) {
    const auto limit = inputs.spec.resources->limits.find(name);
    if (limit == inputs.spec.resources->limits.end()) continue;
    const auto requested = kube::parse_quantity(request);
    const auto allowed = kube::parse_quantity(limit->second);
    if (requested && allowed && *requested > *allowed)
      return ConditionValue::no("InvalidSpec", "spec.resources.requests[" + name + "]: " + request +
                                                   " is more than the limit of " + limit->second);
  }
  return {};
}

// The name of a backup ends with the time of its run, and is a label's value.
constexpr std::size_t kMaxScheduledName = 50;

Refusal check_backup(const RegistryInputs& inputs, const Json*) {
  if (!inputs.spec.backup) return {};
  const auto cron = CronSchedule::parse(inputs.spec.backup->schedule);
  if (!cron.ok())
    return ConditionValue::no("InvalidSpec", "spec.backup.schedule: " + cron.status().message());
  const bool is_export = inputs.spec.backup->method == RegistryBackupSpec::Method::Export;
  if (is_export && !inputs.spec.backup->destination.is_given())
    return ConditionValue::no("InvalidSpec", "spec.backup.destination: one of claim and s3 is needed");
  if (inputs.key.name.size() <= kMaxScheduledName) return {};
  return ConditionValue::no("InvalidSpec", "spec.backup: needs a metadata.name of at most " +
                                               std::to_string(kMaxScheduledName) + " characters");
}

// What a claim can be brought back to. Less than it asks for, while its volume has not grown to
// that; less than the volume has, where that was made larger than asked for.
const Json* least_size(const Json& claim) {
  const Json* const has = value_at(claim, "/status/capacity/storage");
  const Json* const asked = value_at(claim, "/spec/resources/requests/storage");
  const auto amount = [](const Json* size) {
    return size && size->is_string() ? kube::parse_quantity(size->get<std::string>()) : std::nullopt;
  };
  if (!amount(has)) return amount(asked) ? asked : nullptr;
  return amount(asked) && *amount(asked) < *amount(has) ? asked : has;
}

Refusal check_claim_size(const RegistryInputs& inputs, const Json* claim) {
  const std::string size = claim_size(inputs);
  const auto wanted = kube::parse_quantity(size);
  if (!wanted || *wanted <= 0)
    return ConditionValue::no("InvalidSpec",
                              "spec.storage.size: \"" + size + "\" is not a size; write one such as 10Gi");
  if (*wanted > kLargestSize)
    return ConditionValue::no("InvalidSpec", "spec.storage.size: " + size +
                                                 " is more than 1Pi, the most that is asked for; write less");
  // Whether this API server takes back what was asked for, it says itself.
  const Json* const least = claim ? least_size(*claim) : nullptr;
  if (!least || *wanted >= *kube::parse_quantity(least->get<std::string>())) return {};
  const auto text = least->get<std::string>();
  return ConditionValue::no("StorageCannotShrink",
                            "spec.storage.size: " + size + " is less than the " + text + " that the claim " +
                                pvc_name(inputs) + " has, and a claim cannot shrink; leave it at " + text);
}

// A claim that was retained from an earlier Registry may have been made with another class or other
// modes.
Refusal check_claim_kind(const RegistryInputs& inputs, const Json* claim) {
  if (!claim) return {};
  const std::string& wanted = inputs.spec.storage.storage_class_name;
  const Json* storage_class = value_at(*claim, "/spec/storageClassName");
  if (!wanted.empty() && storage_class && *storage_class != wanted)
    return ConditionValue::no("StorageImmutable", "spec.storage.storageClassName: the claim " +
                                                      pvc_name(inputs) + " has the class " +
                                                      storage_class->get<std::string>() +
                                                      " and keeps it; name that class, or delete the claim");
  const Json* modes = value_at(*claim, "/spec/accessModes");
  if (!modes || !modes->is_array()) return {};
  const auto is = modes->get<std::set<std::string>>();
  const auto& given = inputs.spec.storage.access_modes;
  if (is == std::set<std::string>(given.begin(), given.end())) return {};
  return ConditionValue::no("StorageImmutable", "spec.storage.accessModes: the claim " + pvc_name(inputs) +
                                                    " has " + modes->dump() +
                                                    " and keeps it; name those, or delete the claim");
}

// The modes of a claim that is not ours are as the spec says only where whoever wrote both did so.
Refusal check_shared_claim(const RegistryInputs& inputs, const Json& claim) {
  if (!has_shared_files(inputs.spec) || inputs.spec.replicas <= 1) return {};
  const Json* const modes = value_at(claim, "/spec/accessModes");
  if (!modes || !modes->is_array() || std::find(modes->begin(), modes->end(), kReadWriteMany) != modes->end())
    return {};
  return ConditionValue::no(
      "InvalidSpec", "spec.storage.existingClaim: the claim " + pvc_name(inputs) + " has " + modes->dump() +
                         ", and pods on several nodes cannot have that; name one with ReadWriteMany, "
                         "or set spec.replicas to 1");
}

Refusal check_existing_claim(const RegistryInputs& inputs, const Json* claim) {
  if (!claim) return {};
  if (text_at(*claim, "/spec/volumeMode") != "Block") return check_shared_claim(inputs, *claim);
  return ConditionValue::no("InvalidSpec",
                            "spec.storage.existingClaim: the claim " + pvc_name(inputs) +
                                " is a block device (volumeMode Block); name one with a file system");
}

Refusal check_claim(const RegistryInputs& inputs, const Json* claim) {
  if (!inputs.spec.storage.is_files()) return {};
  if (!inputs.spec.storage.existing_claim.empty()) return check_existing_claim(inputs, claim);
  if (Refusal refusal = check_claim_size(inputs, claim)) return refusal;
  return check_claim_kind(inputs, claim);
}

}  // namespace

Refusal refuse(const RegistryInputs& inputs, const Json* claim) {
  for (const auto check :
       {check_name, check_image, check_references, check_replicas, check_database, check_exposure,
        check_pod_metadata, check_selector, check_resources, check_backup, check_claim}) {
    if (Refusal refusal = check(inputs, claim)) return refusal;
  }
  return {};
}

}  // namespace toolhive
