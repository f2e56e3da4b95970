// RegistryInputs: everything that the operands of one Registry are made from. Equal inputs, equal
// operands.
#pragma once

#include <optional>
#include <string>

#include "controller/base/json.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/operator/registry/backup_place.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// What a new registry gets before it serves.
struct RestorePlace {
  BackupPlace place;
  std::string at;  // as it was then, RFC 3339; empty: all of it
};

struct RegistryInputs {
  kube::Key key;
  std::string uid;
  RegistrySpec spec;
  std::string image;               // spec.image, or the operator's default
  std::string operator_namespace;  // empty: the operator runs outside the cluster
  // Whether a pod needs an fsGroup of ours to write to its volume; OpenShift assigns one itself.
  bool set_fs_group = true;
  bool hibernated = false;              // by its annotation: no pods
  std::optional<RestorePlace> restore;  // absent: nothing, or it is done
  // The VolumeSnapshot that the claim is made from, until that is done; absent: none.
  std::optional<std::string> restore_snapshot;
  // spec.dataSource of a claim of ours that is there, which keeps it; null: it has none.
  JsonPtr claim_source;
  // The claim whose files are moved into the database before the registry serves; absent: none.
  std::optional<std::string> move_from;
  // Of files that are shared: a pod still runs that has them to itself, or others. It goes before
  // those that share them come.
  bool files_are_taken = false;
  JsonPtr operator_keys;  // the operator's public keys as a JWK Set; null without authentication
  // By whose word the registry's certificate is trusted, in PEM; empty where the operator does not
  // have to know, or there is no TLS.
  std::string authorities = {};
  // The operator's own certificates, in PEM, by which a registry that asks clients for one lets it
  // in; empty where none is asked for.
  std::string operator_certificates = {};
};

// Whether there should be pods at all.
bool is_to_run(const RegistryInputs& inputs);

// What the operator's tokens for it are for; empty without authentication.
std::string audience_of(const RegistryInputs& inputs);

// Names of the operands. Deployment, Service, ServiceAccount, Route and policies have the
// Registry's own.
std::string pvc_name(const RegistryInputs& inputs);    // of the claim in use, existing or ours
std::string claim_size(const RegistryInputs& inputs);  // that is asked for, as a quantity
std::string config_map_name(const kube::Key& registry);
std::string server_config_map_name(const kube::Key& registry);
std::string dashboard_name(const kube::Key& registry);
std::string authority_config_map_name(const kube::Key& registry);

// metadata of an operand: name, namespace, labels.
Json operand_metadata(const RegistryInputs& inputs, const std::string& name);

}  // namespace toolhive
