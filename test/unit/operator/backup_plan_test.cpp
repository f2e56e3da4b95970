// When a Registry's backups are made, which are kept, and what is told of them.
#include "controller/operator/backup_schedule/plan.hpp"

#include <doctest/doctest.h>

#include "controller/base/time.hpp"
#include "controller/operator/backup_schedule/health.hpp"
#include "controller/operator/backup_schedule/known_backup.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using State = KnownBackup::State;
using Names = std::vector<std::string>;

WallTime plan_time(const std::string& text) {
  return to_wall_time(*parse_rfc3339(text));
}

// At three in the morning.
const CronSchedule& nightly() {
  static const CronSchedule cron = *CronSchedule::parse("0 3 * * *");
  return cron;
}
const WallTime kNoon = plan_time("2026-01-10T12:00:00Z");
const WallTime kLongAgo = plan_time("2025-01-01T00:00:00Z");

// Of the third hour of a day of January 2026, over half an hour later.
KnownBackup of_day(int day, State state = State::Complete) {
  const std::string date = std::string("2026-01-") + (day < 10 ? "0" : "") + std::to_string(day);
  KnownBackup made;
  made.name = "day-" + std::to_string(day);
  made.scheduled = plan_time(date + "T03:00:00Z");
  made.state = state;
  made.completed = plan_time(date + "T03:30:00Z");
  return made;
}

BackupPlanning planned(const std::vector<KnownBackup>& backups, const BackupSchedule& schedule = {},
                       WallTime since = kLongAgo) {
  return plan_backups(schedule, nightly(), since, backups, kNoon);
}
std::string run(const BackupPlanning& plan) {
  return plan.make ? to_rfc3339(*plan.make) : "none";
}
std::string health(const std::vector<KnownBackup>& backups, WallTime now = kNoon) {
  return backup_health({}, nightly(), kLongAgo, backups, now).reason;
}

}  // namespace

TEST_SUITE_BEGIN("scheduled backups");

TEST_CASE("the last run is made when it is due, and once") {
  CHECK(run(planned({of_day(9)})) == "2026-01-10T03:00:00Z");
  CHECK(run(planned({of_day(9), of_day(10)})) == "none");
  CHECK(run(planned({of_day(10, State::Failed)})) == "none");
}

TEST_CASE("of many runs that were missed one is made up for") {
  CHECK(run(planned({of_day(2)})) == "2026-01-10T03:00:00Z");
  CHECK(run(planned({})) == "2026-01-10T03:00:00Z");
}

TEST_CASE("a run from before the Registry, or that was made and deleted, is not made") {
  CHECK(run(planned({}, {}, plan_time("2026-01-10T03:00:00Z"))) == "none");
  CHECK(run(planned({}, {}, plan_time("2026-01-10T02:59:00Z"))) == "2026-01-10T03:00:00Z");
}

TEST_CASE("two are never made at a time") {
  for (const State state : {State::UnderWay, State::Hindered})
    CHECK(run(planned({of_day(9, state)})) == "none");
  KnownBackup by_hand = of_day(9, State::UnderWay);
  by_hand.scheduled.reset();
  CHECK(run(planned({by_hand})) == "2026-01-10T03:00:00Z");
}

TEST_CASE("nothing is made while the schedule is suspended") {
  BackupSchedule schedule;
  schedule.suspend = true;
  CHECK(run(planned({}, schedule)) == "none");
  CHECK_FALSE(planned({}, schedule).next);
  CHECK(planned({}).next == plan_time("2026-01-11T03:00:00Z"));
}

TEST_CASE("the oldest complete ones beyond those to keep are removed, by number and by age") {
  BackupSchedule schedule;
  schedule.retention.keep = 3;
  const std::vector<KnownBackup> backups = {of_day(6), of_day(9), of_day(7), of_day(10), of_day(8)};
  CHECK(planned(backups, schedule).remove == Names{"day-7", "day-6"});
  schedule.retention = {.keep = 100, .max_age_days = 2};
  CHECK(planned(backups, schedule).remove == Names{"day-8", "day-7", "day-6"});
}

TEST_CASE("the last complete one is never removed, nor one that was made by hand") {
  BackupSchedule schedule;
  schedule.retention = {.keep = 1, .max_age_days = 1};
  CHECK(planned({of_day(1), of_day(9, State::Failed)}, schedule).remove.empty());
  KnownBackup by_hand = of_day(1);
  by_hand.scheduled.reset();
  CHECK(planned({by_hand, of_day(10)}, schedule).remove.empty());
  schedule.retention.keep = 0;
  CHECK(planned({of_day(10)}, schedule).remove.empty());
}

TEST_CASE("of failed ones the last three stay") {
  std::vector<KnownBackup> backups;
  for (int day = 4; day <= 9; ++day) backups.push_back(of_day(day, State::Failed));
  CHECK(planned(backups).remove == Names{"day-6", "day-5", "day-4"});
}

TEST_CASE("what is being deleted counts neither as kept nor as complete") {
  BackupSchedule schedule;
  schedule.retention.keep = 1;
  KnownBackup leaving = of_day(10);
  leaving.leaving = true;
  CHECK(planned({leaving, of_day(9)}, schedule).remove.empty());
  const std::vector<KnownBackup> both = {leaving, of_day(9)};
  REQUIRE(last_complete(both));
  CHECK(last_complete(both)->name == "day-9");
}

TEST_CASE("backups are healthy while the last one is complete") {
  CHECK(health({of_day(9), of_day(10)}) == "BackedUp");
  CHECK(health({of_day(9), of_day(10, State::UnderWay)}) == "BackedUp");
  CHECK(health({of_day(9), of_day(10, State::Failed)}) == "BackupFailed");
  CHECK(health({of_day(9), of_day(10, State::Hindered)}) == "BackupHindered");
  CHECK(health({of_day(10, State::UnderWay)}) == "NoBackupYet");
  CHECK(health({of_day(8, State::UnderWay)}) == "BackupOverdue");
  CHECK(health({of_day(9)}, plan_time("2026-01-10T03:20:00Z")) == "BackedUp");
  BackupSchedule suspended;
  suspended.suspend = true;
  CHECK(backup_health(suspended, nightly(), kLongAgo, {of_day(9)}, kNoon).reason == "Suspended");
}

TEST_CASE("a scheduled backup is named after its run, and known again by it") {
  BackupSchedule schedule;
  schedule.destination = backup_inputs(registry_backup(Json::object(), s3_destination())).spec.destination;
  const Json intent = scheduled_backup({"mcp", "mcp-registry"}, schedule, plan_time("2026-01-10T03:00:00Z"));
  CHECK(at(intent, "/metadata/name") == "mcp-registry-202601100300");
  CHECK(at(intent, "/metadata/labels").at(kRegistryLabel) == "mcp-registry");
  CHECK_FALSE(has(intent, "/metadata/ownerReferences"));
  const kube::Object object = registry_backup(intent, Json::object());
  CHECK(object.as<RegistryBackup>()->spec.destination == schedule.destination);
  CHECK(known_backup(object).scheduled == plan_time("2026-01-10T03:00:00Z"));
  CHECK(known_backup(object).state == State::UnderWay);
}

TEST_CASE("the state of a backup is that of its condition, and whether it is over") {
  const auto state = [](const char* status, bool over) {
    Json told = {{"conditions", Json::array({told_condition("Complete", status)})}};
    if (over) told["completedAt"] = "2026-01-10T03:30:00Z";
    return known_backup(registry_backup({{"status", told}})).state;
  };
  CHECK(state("True", true) == State::Complete);
  CHECK(state("False", true) == State::Failed);
  CHECK(state("False", false) == State::Hindered);
  CHECK(state("Unknown", false) == State::UnderWay);
}

TEST_SUITE_END();
