#include "controller/base/time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>

namespace toolhive {

namespace {

constexpr std::size_t kFraction = 6;  // Digits of a microsecond.

std::string format_utc(std::chrono::sys_seconds time, const char* format) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, format, &utc);
  return {text, length};
}

}  // namespace

std::string to_rfc3339(WallTime time) {
  return format_utc(std::chrono::floor<std::chrono::seconds>(time), "%Y-%m-%dT%H:%M:%SZ");
}

std::string to_rfc3339_micro(WallTime time) {
  return to_rfc3339_micro(std::chrono::floor<std::chrono::microseconds>(time));
}

std::string to_rfc3339_micro(Microseconds time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  std::string fraction = std::to_string((time - second).count());
  fraction.insert(0, kFraction - fraction.size(), '0');
  return format_utc(second, "%Y-%m-%dT%H:%M:%S") + '.' + fraction + 'Z';
}

std::optional<Microseconds> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto number = [&text](std::size_t digits) -> int {
    int value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + std::min(digits, text.size()), value);
    if (error != std::errc() || end != text.data() + digits || text.front() == '-') return -1;
    text.remove_prefix(digits);
    return value;
  };
  const auto sign = [&text](std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == any_of.npos) return '\0';
    const char found = text.front();
    text.remove_prefix(1);
    return found;
  };

  const int year_number = number(4);
  if (year_number < 0 || sign("-") == 0) return std::nullopt;
  const int month_number = number(2);
  if (month_number < 1 || sign("-") == 0) return std::nullopt;
  const int day_number = number(2);
  if (day_number < 1 || sign("Tt ") == 0) return std::nullopt;
  const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number))};
  const int hour_number = number(2);
  if (!date.ok() || hour_number < 0 || hour_number > 23 || sign(":") == 0) return std::nullopt;
  const int minute_number = number(2);
  if (minute_number < 0 || minute_number > 59 || sign(":") == 0) return std::nullopt;
  const int second_number = number(2);
  if (second_number < 0 || second_number > 60) return std::nullopt;
  int micros = 0;
  if (sign(".") != 0) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    for (std::size_t i = 0; i < kFraction; ++i) micros = micros * 10 + (i < digits ? text[i] - '0' : 0);
    text.remove_prefix(digits);
  }
  minutes offset{0};
  if (const char zone = sign("Zz+-"); zone == '+' || zone == '-') {
    const int hours_off = number(2);
    if (hours_off < 0 || hours_off > 23 || sign(":") == 0) return std::nullopt;
    const int minutes_off = number(2);
    if (minutes_off < 0 || minutes_off > 59) return std::nullopt;
    offset = (hours(hours_off) + minutes(minutes_off)) * (zone == '-' ? -1 : 1);
  } else if (zone == 0) {
    return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  const auto time = Microseconds(sys_days(date)) + hours(hour_number) + minutes(minute_number) +
                    seconds(second_number) + microseconds(micros) - offset;
  return std::clamp(time, Microseconds(), kLastTime);
}

WallTime to_wall_time(Microseconds time) {
  return time < std::chrono::floor<std::chrono::microseconds>(WallTime::max()) ? WallTime(time)
                                                                               : WallTime::max();
}

}  // namespace toolhive
