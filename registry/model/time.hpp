#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace toolhive::registry {

// A time as the registry keeps it. Unlike the system's clock it reaches beyond the year 2262.
using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

// RFC 3339 in UTC with microseconds, as the official registry has them: 2026-11-22T18:30:05.123456Z.
// Texts of this form compare as the times do.
std::string format_microseconds(Microseconds time);
std::string format_time(std::chrono::system_clock::time_point time);

// Reads an RFC 3339 time, with fractions of any length and any offset; what is finer than a microsecond is cut off.
// Times before 1970 become its start, and those after 9999 its end, so that texts of times compare as the times do. None for
// anything else.
std::optional<Microseconds> parse_time(std::string_view text);

// `now`, or where that is not after `last` the next time that is, both in the form of
// format_microseconds(): clocks go back, and differ between replicas. `last` may be empty.
std::string time_after(std::string_view last, std::string_view now);

}  // namespace toolhive::registry
