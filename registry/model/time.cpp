#include "registry/model/time.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace toolhive::registry {
namespace {

constexpr std::size_t kFraction = 6;  // Digits of a microsecond.
constexpr Microseconds kLast =
    std::chrono::sys_days(std::chrono::year{10'000} / 1 / 1) - std::chrono::microseconds(1);

}  // namespace

std::string format_time(std::chrono::system_clock::time_point time) {
  return format_microseconds(std::chrono::floor<std::chrono::microseconds>(time));
}

std::string format_microseconds(Microseconds time) {
  const auto micros = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(micros);
  const std::time_t clock = seconds.count();
  std::tm parts{};
  gmtime_r(&clock, &parts);
  char text[64];
  const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%06dZ", static_cast<int>((micros - seconds).count()));
  return text;
}

std::optional<Microseconds> parse_time(std::string_view text) {
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
  return std::clamp(time, Microseconds(), kLast);
}

std::string time_after(std::string_view last, std::string_view now) {
  if (last < now) return std::string(now);
  const auto time = parse_time(last);
  // Nobody's clock is there; times then repeat.
  return time ? format_microseconds(std::min(*time + std::chrono::microseconds(1), kLast)) : std::string(now);
}

}  // namespace toolhive::registry
