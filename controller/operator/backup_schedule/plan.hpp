// The plan of a Registry's scheduled backups: which is to be made, and which are to go. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/operator/backup_schedule/cron.hpp"
#include "crds/backup_schedule.hpp"

namespace toolhive {

// A RegistryBackup, as far as the plan minds.
struct KnownBackup {
  enum class State { UnderWay, Hindered, Complete, Failed };
  std::string name;
  std::optional<WallTime> scheduled;  // absent: made by hand
  State state = State::UnderWay;
  WallTime completed;    // once it is over
  bool leaving = false;  // it is being deleted
  std::string message;   // of its condition
};

struct BackupPlanning {
  std::optional<WallTime> make;     // the run that is due
  std::vector<std::string> remove;  // names
  std::optional<WallTime> next;     // the run after this moment
};

// `since`: runs before it are nobody's loss, as before the Registry was there, or that were made
// already. A run that was missed is made up for once, however many were.
BackupPlanning plan_backups(const BackupSchedule& schedule, const CronSchedule& cron, WallTime since,
                            const std::vector<KnownBackup>& backups, WallTime now);

// The name of the backup of a run.
std::string scheduled_name(const std::string& registry, WallTime run);

// The one that was complete last, by hand or by schedule, or nullptr.
const KnownBackup* last_complete(const std::vector<KnownBackup>& backups);

}  // namespace toolhive
