// BackupSchedule: the C++ view of spec.backup of a Registry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crds/registry_backup.hpp"

namespace toolhive {

struct BackupSchedule {
  struct Retention {
    std::int64_t keep = 7;
    std::optional<std::int64_t> max_age_days;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read("keep", keep);
      fields.read("maxAgeDays", max_age_days);
    }
  };

  std::string schedule;  // as crontab(5), in UTC
  RegistryBackupSpec::Method method = RegistryBackupSpec::Method::Export;
  BackupDestination destination;    // of an Export
  std::string snapshot_class_name;  // of a VolumeSnapshot; empty: the cluster's default
  std::int64_t deadline_seconds = 3600;
  Retention retention;
  bool suspend = false;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("schedule");
    fields.read("schedule", schedule);
    fields.read_word("method", method,
                     {{"Export", RegistryBackupSpec::Method::Export},
                      {"VolumeSnapshot", RegistryBackupSpec::Method::VolumeSnapshot}});
    fields.read("destination", destination);
    fields.read("snapshotClassName", snapshot_class_name);
    fields.read("deadlineSeconds", deadline_seconds);
    fields.read("retention", retention);
    fields.read("suspend", suspend);
  }
};

}  // namespace toolhive
