// Scheduled RegistryBackups as objects: what one is made with, and what one of any origin says.
#pragma once

#include <optional>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/operator/backup_schedule/plan.hpp"

namespace toolhive {

// On a RegistryBackup that a schedule made: whose it is, and the time of its run. They are API:
// docs/resources.md.
inline constexpr const char* kRegistryLabel = "mcpregistry.dev/registry";
inline constexpr const char* kScheduledAtAnnotation = "mcpregistry.dev/scheduled-at";

// A time as objects have it; nothing for what is none.
std::optional<WallTime> time_of(std::string_view text);

// Of the object as it is.
KnownBackup known_backup(const kube::Object& backup);

// The RegistryBackup of a run of the Registry `registry`. It has no owner: it outlives the
// Registry.
Json scheduled_backup(const kube::Key& registry, const BackupSchedule& schedule, WallTime run);

}  // namespace toolhive
