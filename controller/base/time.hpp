// Times as text, RFC 3339.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/clock.hpp"

namespace toolhive {

// A time as texts have it. Unlike WallTime it reaches beyond the year 2262.
using Microseconds = std::chrono::sys_time<std::chrono::microseconds>;

// The end of the year 9999: the last time that RFC 3339 can write.
inline constexpr Microseconds kLastTime =
    std::chrono::sys_days(std::chrono::year{10'000} / 1 / 1) - std::chrono::microseconds(1);

// "2026-01-02T03:04:05Z": metav1.Time.
std::string to_rfc3339(WallTime time);
// "2026-01-02T03:04:05.000006Z": metav1.MicroTime. Texts of this form compare as the times do.
std::string to_rfc3339_micro(WallTime time);
std::string to_rfc3339_micro(Microseconds time);

// Reads any offset and fractions of any length; what is finer than a microsecond is cut off. Times
// before 1970 become its start, and those after 9999 its end, so that texts of times compare as the
// times do. Nothing when it is no such time.
std::optional<Microseconds> parse_rfc3339(std::string_view text);

// The latest WallTime for what is later than that.
WallTime to_wall_time(Microseconds time);

}  // namespace toolhive
