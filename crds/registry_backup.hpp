// RegistryBackup: the C++ view of registrybackups.mcpregistry.dev; field by field what
// mcpregistry.dev_registrybackups.yaml says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/resource.hpp"
#include "crds/backup_destination.hpp"

namespace toolhive {

struct RegistryBackupSpec {
  enum class Method { Export, VolumeSnapshot };
  // What becomes of what was written when the RegistryBackup is deleted.
  enum class Deletion { Delete, Retain };

  std::string registry;  // of the same namespace
  Method method = Method::Export;
  BackupDestination destination;    // of an Export
  std::string snapshot_class_name;  // of a VolumeSnapshot; empty: the cluster's default
  Deletion deletion = Deletion::Delete;
  std::int64_t deadline_seconds = 3600;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("registryRef");
    fields.object("registryRef").require("name");
    fields.object("registryRef").read("name", registry);
    fields.read_word("method", method,
                     {{"Export", Method::Export}, {"VolumeSnapshot", Method::VolumeSnapshot}});
    fields.read("destination", destination);
    fields.read("snapshotClassName", snapshot_class_name);
    fields.read_word("deletionPolicy", deletion,
                     {{"Delete", Deletion::Delete}, {"Retain", Deletion::Retain}});
    fields.read("deadlineSeconds", deadline_seconds);
  }
};

struct RegistryBackup {
  RegistryBackupSpec spec;

  // Invalid and terminal, with the field's path, when a field does not fit.
  static StatusOr<RegistryBackup> from_text(std::string_view document);
};

const kube::ResourceType& registry_backup_type();

}  // namespace toolhive

template <>
struct toolhive::kube::Resource<toolhive::RegistryBackup> {
  static const ResourceType& type() { return toolhive::registry_backup_type(); }
  static StatusOr<toolhive::RegistryBackup> from_text(std::string_view document) {
    return toolhive::RegistryBackup::from_text(document);
  }
};
