#include "crds/registry_backup.hpp"

namespace toolhive {

StatusOr<RegistryBackup> RegistryBackup::from_text(std::string_view document) {
  Status error;
  RegistryBackup backup;
  const kube::FieldReader root = kube::FieldReader::root(document, error);
  root.require("spec");
  root.read("spec", backup.spec);
  const bool is_export = backup.spec.method == RegistryBackupSpec::Method::Export;
  if (is_export && !backup.spec.destination.is_given())
    root.fail("spec.destination", "one of claim and s3 is needed");
  if (!error.ok()) return error;
  return backup;
}

const kube::ResourceType& registry_backup_type() {
  static const kube::ResourceType type{"mcpregistry.dev", "v1alpha1", "RegistryBackup", "registrybackups",
                                       kube::Scope::Namespaced};
  return type;
}

}  // namespace toolhive
