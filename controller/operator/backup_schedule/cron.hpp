// CronSchedule: points in time as crontab(5) writes them, in UTC.
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/base/status.hpp"

namespace toolhive {

// Five fields: minute, hour, day of the month, month, day of the week. Each is `*` or a list of
// numbers and ranges, with steps after `*` and ranges; months and days of the week have their
// English names too, of three letters, and Sunday is 0 and 7. Where both days are restricted,
// either is enough. Immutable.
class CronSchedule {
 public:
  // Invalid and terminal, with what is wrong in which field, or when there is no such day.
  static StatusOr<CronSchedule> parse(std::string_view text);

  // The last time that is not after `time`, and the first one that is. Every schedule has both
  // within a few years; at the limits of WallTime there may be none.
  std::optional<WallTime> last(WallTime time) const;
  std::optional<WallTime> next(WallTime time) const;

 private:
  bool has_day(std::chrono::sys_days day) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false;  // the field begins with *
  bool any_weekday_ = false;
};

}  // namespace toolhive
