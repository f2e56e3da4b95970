#include "controller/plugin/backup_manifest.hpp"

#include <nlohmann/json.hpp>

namespace toolhive::plugin {

namespace {

constexpr const char* kApiVersion = "mcpregistry.dev/v1alpha1";
constexpr const char* kSnapshotMethod = "VolumeSnapshot";

void set_unless_empty(Json& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

Json claim_of(const Destination& to) {
  Json claim = {{"name", to.claim}};
  set_unless_empty(claim, "path", to.path);
  return {{"claim", std::move(claim)}};
}

StatusOr<Json> bucket_of(const Destination& to) {
  if (to.endpoint.empty() || to.bucket.empty() || to.secret.empty())
    return Status(
        Code::Invalid,
        "a bucket needs --s3-endpoint, --s3-bucket and --s3-secret, the Secret with its credentials");
  Json bucket = {{"endpoint", to.endpoint}, {"bucket", to.bucket}, {"secretRef", {{"name", to.secret}}}};
  set_unless_empty(bucket, "prefix", to.path);
  set_unless_empty(bucket, "region", to.region);
  if (to.path_style) bucket["pathStyle"] = true;
  return Json{{"s3", std::move(bucket)}};
}

StatusOr<Json> destination_of(const Destination& to) {
  const bool has_bucket = !to.endpoint.empty() || !to.bucket.empty();
  if (to.claim.empty() == !has_bucket)
    return Status(Code::Invalid,
                  "where is it to be put? Give --claim, or --s3-endpoint and --s3-bucket, or choose --method "
                  "VolumeSnapshot");
  if (has_bucket) return bucket_of(to);
  return claim_of(to);
}

// What is the snapshot's and what the export's of a spec.
StatusOr<Json> snapshot_part(const BackupWishes& wishes) {
  const Destination& to = wishes.destination;
  if (!to.claim.empty() || !to.path.empty() || !to.endpoint.empty() || !to.bucket.empty() ||
      !to.region.empty() || !to.secret.empty() || to.path_style)
    return Status(Code::Invalid,
                  "a VolumeSnapshot is kept by the storage driver; leave --claim, --path and what begins "
                  "with --s3 out, or choose --method Export");
  Json part = {{"method", wishes.method}};
  set_unless_empty(part, "snapshotClassName", wishes.snapshot_class);
  return part;
}

StatusOr<Json> export_part(const BackupWishes& wishes) {
  if (!wishes.snapshot_class.empty())
    return Status(Code::Invalid, "--snapshot-class is for --method VolumeSnapshot");
  StatusOr<Json> destination = destination_of(wishes.destination);
  if (!destination.ok()) return destination.status();
  Json part = {{"destination", std::move(*destination)}};
  set_unless_empty(part, "method", wishes.method);
  return part;
}

}  // namespace

StatusOr<Json> backup_manifest(const BackupWishes& wishes) {
  StatusOr<Json> part = wishes.method == kSnapshotMethod ? snapshot_part(wishes) : export_part(wishes);
  if (!part.ok()) return part.status();
  Json spec = std::move(*part);
  spec["registryRef"] = {{"name", wishes.registry}};
  if (wishes.retain) spec["deletionPolicy"] = "Retain";
  if (wishes.deadline_seconds > 0) spec["deadlineSeconds"] = wishes.deadline_seconds;
  return Json{{"apiVersion", kApiVersion},
              {"kind", "RegistryBackup"},
              {"metadata", {{"name", wishes.name}}},
              {"spec", std::move(spec)}};
}

}  // namespace toolhive::plugin
