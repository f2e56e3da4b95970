#include "controller/operator/backup_schedule/plan.hpp"

#include <algorithm>
#include <chrono>

#include "controller/base/time.hpp"

namespace toolhive {

namespace {

using State = KnownBackup::State;
using std::chrono::days;

// Of failed ones, the last of which say best what is wrong.
constexpr std::size_t kKeptFailures = 3;

bool is_over(const KnownBackup& backup) {
  return backup.state == State::Complete || backup.state == State::Failed;
}

// Scheduled ones in that state which are not being deleted, the latest first.
std::vector<const KnownBackup*> scheduled_in(State state, const std::vector<KnownBackup>& backups) {
  std::vector<const KnownBackup*> found;
  for (const KnownBackup& backup : backups)
    if (backup.scheduled && backup.state == state && !backup.leaving) found.push_back(&backup);
  std::sort(found.begin(), found.end(), [](const KnownBackup* a, const KnownBackup* b) {
    return *a->scheduled != *b->scheduled ? *a->scheduled > *b->scheduled : a->name > b->name;
  });
  return found;
}

// The last complete one stays, whatever its age.
void remove_complete(const BackupSchedule& schedule, const std::vector<KnownBackup>& backups, WallTime now,
                     std::vector<std::string>& remove) {
  const auto complete = scheduled_in(State::Complete, backups);
  const auto keep = static_cast<std::size_t>(std::max<std::int64_t>(schedule.retention.keep, 1));
  for (std::size_t i = 1; i < complete.size(); ++i) {
    const auto age = schedule.retention.max_age_days;
    const bool old = age && now - complete[i]->completed > days(*age);
    if (i >= keep || old) remove.push_back(complete[i]->name);
  }
}

void remove_failed(const std::vector<KnownBackup>& backups, std::vector<std::string>& remove) {
  const auto failed = scheduled_in(State::Failed, backups);
  for (std::size_t i = kKeptFailures; i < failed.size(); ++i) remove.push_back(failed[i]->name);
}

std::optional<WallTime> due(const CronSchedule& cron, WallTime since, const std::vector<KnownBackup>& backups,
                            WallTime now) {
  const auto run = cron.last(now);
  if (!run || *run <= since) return std::nullopt;
  for (const KnownBackup& backup : backups)
    if (backup.scheduled && (*backup.scheduled >= *run || !is_over(backup))) return std::nullopt;
  return run;
}

}  // namespace

BackupPlanning plan_backups(const BackupSchedule& schedule, const CronSchedule& cron, WallTime since,
                            const std::vector<KnownBackup>& backups, WallTime now) {
  BackupPlanning plan;
  remove_complete(schedule, backups, now, plan.remove);
  remove_failed(backups, plan.remove);
  if (schedule.suspend) return plan;
  plan.make = due(cron, since, backups, now);
  plan.next = cron.next(now);
  return plan;
}

std::string scheduled_name(const std::string& registry, WallTime run) {
  std::string digits;
  for (const char c : to_rfc3339(run).substr(0, sizeof("yyyy-mm-ddThh:mm") - 1))
    if (c >= '0' && c <= '9') digits += c;
  return registry + "-" + digits;
}

const KnownBackup* last_complete(const std::vector<KnownBackup>& backups) {
  const KnownBackup* found = nullptr;
  for (const KnownBackup& backup : backups)
    if (backup.state == State::Complete && !backup.leaving && (!found || backup.completed > found->completed))
      found = &backup;
  return found;
}

}  // namespace toolhive
