// What a Registry says of its scheduled backups. Pure.
#pragma once

#include <vector>

#include "controller/base/clock.hpp"
#include "controller/operator/backup_schedule/plan.hpp"
#include "controller/operator/condition_value.hpp"

namespace toolhive {

// The condition BackupHealthy.
ConditionValue backup_health(const BackupSchedule& schedule, const CronSchedule& cron, WallTime since,
                             const std::vector<KnownBackup>& backups, WallTime now);

}  // namespace toolhive
