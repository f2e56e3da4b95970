#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace toolhive::registry {

/// A time as the registry keeps it. Unlike the system's clock it reaches beyond the year 2262.
using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 in UTC with milliseconds: 2026-11-22T18:30:05.123Z.
std::string format_milliseconds(Milliseconds time);
std::string format_time(std::chrono::system_clock::time_point time);

/// Reads an RFC 3339 time, with fractions of any length and any offset; what is finer than a millisecond is cut off.
/// Times before 1970 become its start, and those after 9999 its end, so that texts of times compare as the times do. None for
/// anything else.
std::optional<Milliseconds> parse_time(std::string_view text);

}  // namespace toolhive::registry
