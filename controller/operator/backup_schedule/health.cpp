#include "controller/operator/backup_schedule/health.hpp"

#include <chrono>

#include "controller/base/time.hpp"

namespace toolhive {

namespace {

using State = KnownBackup::State;

// Beyond its deadline, that a backup may be told of late.
constexpr std::chrono::minutes kGrace{10};

const KnownBackup* last_scheduled(const std::vector<KnownBackup>& backups) {
  const KnownBackup* found = nullptr;
  for (const KnownBackup& backup : backups)
    if (backup.scheduled && !backup.leaving && (!found || *backup.scheduled > *found->scheduled))
      found = &backup;
  return found;
}

// Whether the last run should have been over by now, and was not even made.
bool is_overdue(const BackupSchedule& schedule, const CronSchedule& cron, WallTime since,
                const KnownBackup* last, WallTime now) {
  const auto run = cron.last(now - std::chrono::seconds(schedule.deadline_seconds) - kGrace);
  return run && *run > since && (!last || *last->scheduled < *run);
}

std::string when(const std::optional<WallTime>& time) {
  return time ? to_rfc3339(*time) : "never";
}

}  // namespace

ConditionValue backup_health(const BackupSchedule& schedule, const CronSchedule& cron, WallTime since,
                             const std::vector<KnownBackup>& backups, WallTime now) {
  if (schedule.suspend)
    return ConditionValue::unknown("Suspended", "spec.backup.suspend is true, and no backup is made");
  const KnownBackup* const last = last_scheduled(backups);
  const std::string then = "; the next is due at " + when(cron.next(now));
  if (last && last->state == State::Failed)
    return ConditionValue::no("BackupFailed", last->name + ": " + last->message + then);
  if (last && last->state == State::Hindered)
    return ConditionValue::no("BackupHindered", last->name + ": " + last->message);
  if (is_overdue(schedule, cron, since, last, now))
    return ConditionValue::no("BackupOverdue",
                              "the last run was not made, because the one before is still "
                              "under way; look at it: " +
                                  (last ? last->name : std::string("there is none")));
  const KnownBackup* const complete = last_complete(backups);
  if (!complete) return ConditionValue::unknown("NoBackupYet", "none is complete yet" + then);
  return ConditionValue::yes("BackedUp",
                             complete->name + " was complete at " + to_rfc3339(complete->completed) + then);
}

}  // namespace toolhive
