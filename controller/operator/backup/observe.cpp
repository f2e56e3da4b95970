#include "controller/operator/backup/observe.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/operator/backup/files.hpp"
#include "controller/operator/backup/status.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/operand/informers.hpp"
#include "controller/operator/operand/pod.hpp"
#include "controller/operator/registry/move.hpp"
#include "controller/operator/registry/observe.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;

namespace {

bool has_mode(const Object& claim, const char* mode) {
  const Json document = claim.json();
  const Json* const modes = value_at(document, "/spec/accessModes");
  return modes && modes->is_array() && std::find(modes->begin(), modes->end(), mode) != modes->end();
}

Status read_claim_use(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                      BackupObservation& observed) {
  const RegistryInputs& registry = *observed.inputs.registry;
  const auto claim = find_claim(ctx, client, cache, registry);
  if (!claim.ok()) return claim.status();
  const auto pods = labelled_pods(cache, kRegistryApplication, registry.key);
  if (!pods.ok()) return pods.status();
  observed.claim_found = claim->has_value();
  const bool used =
      std::any_of(pods->begin(), pods->end(), [](const Object& pod) { return !is_finished(pod.json()); });
  if (!*claim || !used) return {};
  observed.claim_is_taken = has_mode(**claim, "ReadWriteOncePod");
  observed.inputs.beside_registry = !has_mode(**claim, "ReadWriteMany");
  return {};
}

// One whose spec cannot be read is as good as none: it says so itself.
Status read_registry(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                     const OperatorOptions& options, BackupObservation& observed) {
  const Key key{observed.inputs.key.ns, observed.inputs.spec.registry};
  const auto registry = cache.get(ctx, registry_type(), key);
  if (registry.status().code() == Code::NotFound) return {};
  if (!registry.ok()) return registry.status();
  const auto ref = kube::Ref<Registry>::of(*registry);
  if (!ref.ok() || registry->meta().deleting()) return {};
  observed.inputs.registry = registry_inputs(*registry, (*ref)->spec, options);
  observed.inputs.registry->set_fs_group = observed.inputs.set_fs_group;
  const StorageMove place = told_place((*ref)->spec, registry->json());
  observed.registry_moves = place.step == StorageMove::Step::Run;
  observed.inputs.registry = placed(*std::move(observed.inputs.registry), place);
  auto files = files_of(ctx, cache, *registry);
  if (!files.ok()) return files.status();
  observed.inputs.files = *std::move(files);
  return read_claim_use(ctx, client, cache, observed);
}

Status read_job(const Context& ctx, const runtime::Cache& cache, const Key& key, JsonPtr& job) {
  const auto found = cache.get(ctx, job_type(), key);
  if (found.status().code() == Code::NotFound) return {};
  if (!found.ok()) return found.status();
  job = std::make_shared<const Json>(found->json());
  return {};
}

Status read_pods(const runtime::Cache& cache, BackupObservation& observed) {
  const auto pods = labelled_pods(cache, kBackupApplication, observed.inputs.key);
  if (!pods.ok()) return pods.status();
  for (const Object& pod : *pods) observed.pods.push_back(pod.json());
  return {};
}

Status read_snapshot_object(const Context& ctx, const runtime::Cache& cache, kube::Discovery& discovery,
                            BackupObservation& observed) {
  if (observed.inputs.spec.method != RegistryBackupSpec::Method::VolumeSnapshot) return {};
  observed.snapshots = discovery.offers(ctx, volume_snapshot_type());
  if (observed.snapshots != kube::Offered::Yes) return {};
  const auto found = cache.get(ctx, volume_snapshot_type(), observed.inputs.key);
  if (found.status().code() == Code::NotFound) return {};
  if (!found.ok()) return found.status();
  observed.snapshot = std::make_shared<const Json>(found->json());
  return {};
}

}  // namespace

StatusOr<BackupObservation> observe_backup(const Context& ctx, kube::Client& client,
                                           const runtime::Cache& cache, kube::Discovery& discovery,
                                           const OperatorOptions& options, const Object& object,
                                           RegistryBackupSpec spec) {
  BackupObservation observed{.object = object, .status = object.status(), .inputs = {}, .pods = {}};
  BackupInputs& inputs = observed.inputs;
  inputs.key = object.key();
  inputs.uid = std::string(object.meta().uid);
  inputs.spec = std::move(spec);
  inputs.default_image = options.registry_image;
  if (const Status read = read_snapshot_object(ctx, cache, discovery, observed); !read.ok()) return read;
  // Nothing is made for one that has ended; a change of its Registry wakes it all the same.
  if (has_ended(*observed.status) && !object.meta().deleting()) return observed;
  const auto set = sets_fs_group(ctx, discovery);
  if (!set.ok()) return set.status();
  inputs.set_fs_group = *set;
  Status read = read_registry(ctx, client, cache, options, observed);
  if (read.ok()) read = read_job(ctx, cache, {inputs.key.ns, backup_job_name(inputs)}, observed.backup_job);
  if (read.ok()) read = read_job(ctx, cache, {inputs.key.ns, delete_job_name(inputs)}, observed.delete_job);
  if (read.ok()) read = read_pods(cache, observed);
  return read.ok() ? StatusOr<BackupObservation>(std::move(observed)) : read;
}

}  // namespace toolhive
