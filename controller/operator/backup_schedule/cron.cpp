#include "controller/operator/backup_schedule/cron.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace toolhive {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;

// A 29th of February may be eight years after the one before.
constexpr int kMostDays = 8 * 366 + 1;
constexpr std::size_t kLongestText = 100;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
  const char* name;
  int first;
  int last;
  std::span<const std::string_view> words = {};  // of first, first + 1, ...
};

constexpr Field kMinute{"minute", 0, 59};
constexpr Field kHour{"hour", 0, 23};
constexpr Field kDay{"day of the month", 1, 31};
constexpr Field kMonth{"month", 1, 12, kMonths};
constexpr Field kWeekday{"day of the week", 0, 7, kWeekdays};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const std::size_t to = text.find(separator, from);
    parts.push_back(text.substr(from, to - from));
    if (to == std::string_view::npos) return parts;
    from = to + 1;
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, std::string_view());
  return words;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && text.front() != '-';
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<int> value_of(std::string_view text, const Field& field) {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (std::size_t i = 0; i < field.words.size(); ++i)
    if (field.words[i] == lower) return field.first + static_cast<int>(i);
  const auto value = number(text);
  return value && *value >= field.first && *value <= field.last ? value : std::nullopt;
}

struct Range {
  int from;
  int to;
  int step = 1;
};

std::optional<Range> range_of(std::string_view text, const Field& field) {
  const std::size_t slash = text.find('/');
  const std::string_view bounds = text.substr(0, slash);
  Range range{field.first, field.last};
  const std::size_t dash = bounds.find('-');
  if (bounds != "*") {
    const auto from = value_of(bounds.substr(0, dash), field);
    const auto to = dash == std::string_view::npos ? from : value_of(bounds.substr(dash + 1), field);
    if (!from || !to || *from > *to) return std::nullopt;
    range = {*from, *to};
  }
  if (slash == std::string_view::npos) return range;
  const auto step = number(text.substr(slash + 1));
  const bool is_range = bounds == "*" || dash != std::string_view::npos;
  if (!is_range || !step || *step < 1) return std::nullopt;
  range.step = *step;
  return range;
}

// Reads a field's list into `set`, as bit value % kSize; an error names what does not fit.
template <std::size_t kSize>
Status read_field(std::string_view text, const Field& field, std::bitset<kSize>& set) {
  for (const std::string_view item : split(text, ',')) {
    const auto range = range_of(item, field);
    if (!range)
      return Status(Code::Invalid, "\"" + std::string(item) + "\" is no " + field.name + " from " +
                                       std::to_string(field.first) + " to " + std::to_string(field.last) +
                                       ", nor a range or step of them")
          .as_terminal();
    for (int value = range->from; value <= range->to; value += range->step)
      set.set(static_cast<std::size_t>(value) % kSize);
  }
  return {};
}

// The lowest bit from `from` on, or the highest up to it, in the direction of `step`.
template <std::size_t kSize>
std::optional<int> find_bit(const std::bitset<kSize>& set, int from, int step) {
  for (int i = from; i >= 0 && i < static_cast<int>(kSize); i += step)
    if (set.test(static_cast<std::size_t>(i))) return i;
  return std::nullopt;
}

}  // namespace

StatusOr<CronSchedule> CronSchedule::parse(std::string_view text) {
  const std::vector<std::string_view> fields = words_of(text);
  if (text.size() > kLongestText || fields.size() != 5)
    return Status(Code::Invalid,
                  "must have five fields: minute, hour, day of the month, month and day of the week")
        .as_terminal();
  CronSchedule made;
  for (const Status& read :
       {read_field(fields[0], kMinute, made.minutes_), read_field(fields[1], kHour, made.hours_),
        read_field(fields[2], kDay, made.days_), read_field(fields[3], kMonth, made.months_),
        read_field(fields[4], kWeekday, made.weekdays_)})
    if (!read.ok()) return read;
  made.any_day_ = fields[2].front() == '*';
  made.any_weekday_ = fields[4].front() == '*';
  if (!made.next(WallTime()))
    return Status(Code::Invalid, "no month that it names has such a day").as_terminal();
  return made;
}

bool CronSchedule::has_day(sys_days day) const {
  const std::chrono::year_month_day date(day);
  if (!months_.test(static_cast<unsigned>(date.month()))) return false;
  const bool is_day = days_.test(static_cast<unsigned>(date.day()));
  const bool is_weekday = weekdays_.test(std::chrono::weekday(day).c_encoding());
  return any_day_ || any_weekday_ ? is_day && is_weekday : is_day || is_weekday;
}

std::optional<WallTime> CronSchedule::next(WallTime time) const {
  const auto from = floor<minutes>(time) + minutes(1);
  sys_days day = floor<days>(from);
  for (int i = 0; i < kMostDays; ++i, day += days(1)) {
    if (!has_day(day)) continue;
    const auto at = day == floor<days>(from) ? from - day : minutes(0);
    const int hour = static_cast<int>(floor<hours>(at).count());
    const auto minute = find_bit(minutes_, static_cast<int>((at - hours(hour)).count()), 1);
    if (minute && hours_.test(static_cast<std::size_t>(hour))) return day + hours(hour) + minutes(*minute);
    if (const auto later = find_bit(hours_, hour + 1, 1))
      return day + hours(*later) + minutes(*find_bit(minutes_, 0, 1));
  }
  return std::nullopt;
}

std::optional<WallTime> CronSchedule::last(WallTime time) const {
  const auto until = floor<minutes>(time);
  sys_days day = floor<days>(until);
  for (int i = 0; i < kMostDays; ++i, day -= days(1)) {
    if (!has_day(day)) continue;
    const auto at = day == floor<days>(until) ? until - day : minutes(24 * 60 - 1);
    const int hour = static_cast<int>(floor<hours>(at).count());
    const auto minute = find_bit(minutes_, static_cast<int>((at - hours(hour)).count()), -1);
    if (minute && hours_.test(static_cast<std::size_t>(hour))) return day + hours(hour) + minutes(*minute);
    if (const auto earlier = find_bit(hours_, hour - 1, -1))
      return day + hours(*earlier) + minutes(*find_bit(minutes_, 59, -1));
  }
  return std::nullopt;
}

}  // namespace toolhive
