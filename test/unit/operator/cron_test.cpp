// Points in time as crontab(5) writes them.
#include "controller/operator/backup_schedule/cron.hpp"

#include <doctest/doctest.h>

#include "controller/base/time.hpp"

namespace {

using namespace toolhive;

WallTime cron_time(const char* text) {
  return to_wall_time(*parse_rfc3339(text));
}
std::string run_text(const std::optional<WallTime>& time) {
  return time ? to_rfc3339(*time) : "never";
}
std::string next_run(const char* schedule, const char* time) {
  const auto cron = CronSchedule::parse(schedule);
  REQUIRE_MESSAGE(cron.ok(), cron.status());
  return run_text(cron->next(cron_time(time)));
}
std::string last_run(const char* schedule, const char* time) {
  const auto cron = CronSchedule::parse(schedule);
  REQUIRE_MESSAGE(cron.ok(), cron.status());
  return run_text(cron->last(cron_time(time)));
}
std::string cron_refusal(const std::string& schedule) {
  const auto cron = CronSchedule::parse(schedule);
  return cron.ok() ? "" : cron.status().message();
}

}  // namespace

TEST_SUITE_BEGIN("cron schedules");

TEST_CASE("a schedule has its next time, never the moment itself") {
  CHECK(next_run("0 3 * * *", "2026-01-01T02:59:59Z") == "2026-01-01T03:00:00Z");
  CHECK(next_run("0 3 * * *", "2026-01-01T03:00:00Z") == "2026-01-02T03:00:00Z");
  CHECK(next_run("* * * * *", "2026-12-31T23:59:00Z") == "2027-01-01T00:00:00Z");
  CHECK(next_run("30 0 * * *", "2026-01-01T23:45:00Z") == "2026-01-02T00:30:00Z");
  CHECK(next_run("5,50 8-10 * * *", "2026-01-01T08:50:00Z") == "2026-01-01T09:05:00Z");
  CHECK(next_run("5,50 8-10 * * *", "2026-01-01T10:51:00Z") == "2026-01-02T08:05:00Z");
}

TEST_CASE("a schedule has its last time, the moment itself included") {
  CHECK(last_run("0 3 * * *", "2026-01-01T03:00:30Z") == "2026-01-01T03:00:00Z");
  CHECK(last_run("0 3 * * *", "2026-01-01T02:59:59Z") == "2025-12-31T03:00:00Z");
  CHECK(last_run("15 22 * * *", "2026-03-01T21:00:00Z") == "2026-02-28T22:15:00Z");
  CHECK(last_run("5,50 8-10 * * *", "2026-01-01T09:04:00Z") == "2026-01-01T08:50:00Z");
}

TEST_CASE("steps count from the beginning of their range") {
  CHECK(next_run("*/20 * * * *", "2026-01-01T00:41:00Z") == "2026-01-01T01:00:00Z");
  CHECK(next_run("10-50/15 * * * *", "2026-01-01T00:26:00Z") == "2026-01-01T00:40:00Z");
  CHECK(next_run("0 0 1-31/10 * *", "2026-01-02T00:00:00Z") == "2026-01-11T00:00:00Z");
}

TEST_CASE("months and days of the week have names, and Sunday two numbers") {
  CHECK(next_run("0 0 1 feb *", "2026-03-01T00:00:00Z") == "2027-02-01T00:00:00Z");
  CHECK(next_run("0 0 * * Sat", "2026-01-01T00:00:00Z") == "2026-01-03T00:00:00Z");
  for (const char* sunday : {"0 0 * * 0", "0 0 * * 7", "0 0 * * sun", "0 0 * * 5-7/2"})
    CHECK(last_run(sunday, "2026-01-04T12:00:00Z") == "2026-01-04T00:00:00Z");
  CHECK(next_run("0 0 * MAR-MAY mon-fri", "2026-01-01T00:00:00Z") == "2026-03-02T00:00:00Z");
}

TEST_CASE("of a day of the month and a day of the week either is enough, unless one is a star") {
  CHECK(next_run("0 0 13 * fri", "2026-01-01T00:00:00Z") == "2026-01-02T00:00:00Z");
  CHECK(next_run("0 0 13 * fri", "2026-01-10T00:00:00Z") == "2026-01-13T00:00:00Z");
  CHECK(next_run("0 0 */2 * fri", "2026-01-01T00:00:00Z") == "2026-01-09T00:00:00Z");
  CHECK(next_run("0 0 13 * *", "2026-01-01T00:00:00Z") == "2026-01-13T00:00:00Z");
}

TEST_CASE("a day that few years have is found, and one that none has is refused") {
  CHECK(next_run("0 0 29 2 *", "2096-03-01T00:00:00Z") == "2104-02-29T00:00:00Z");
  CHECK(last_run("0 0 29 2 *", "2104-02-28T00:00:00Z") == "2096-02-29T00:00:00Z");
  CHECK(cron_refusal("0 0 31 apr,jun *") == "no month that it names has such a day");
}

TEST_CASE("what is no schedule is refused, with the field") {
  CHECK(cron_refusal("0 3 * *").starts_with("must have five fields"));
  CHECK(cron_refusal("@daily").starts_with("must have five fields"));
  CHECK(cron_refusal("0 0 3 * * *").starts_with("must have five fields"));
  CHECK(cron_refusal("").starts_with("must have five fields"));
  CHECK(cron_refusal("60 * * * *") == "\"60\" is no minute from 0 to 59, nor a range or step of them");
  CHECK(cron_refusal("* 24 * * *").find("hour") != std::string::npos);
  CHECK(cron_refusal("* * 0 * *").find("day of the month") != std::string::npos);
  CHECK(cron_refusal("* * * 13 *").find("month from 1 to 12") != std::string::npos);
  CHECK(cron_refusal("* * * * 8").find("day of the week") != std::string::npos);
  for (const char* bad : {"5/10 * * * *", "*/0 * * * *", "9-5 * * * *", "-1 * * * *", "1,,2 * * * *",
                          ", * * * *", "*/ * * * *", "1- * * * *", "+1 * * * *", "1.5 * * * *",
                          "*/-1 * * * *", "jan * * * *", "99999999999 * * * *", "?  * * * *"}) {
    CAPTURE(bad);
    CHECK_FALSE(cron_refusal(bad).empty());
  }
  CHECK_FALSE(cron_refusal(std::string(200, '1') + " * * * *").empty());
}

TEST_SUITE_END();
