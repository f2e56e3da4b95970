#pragma once

#include <chrono>
#include <string>

namespace registry {

/// RFC 3339 in UTC with milliseconds: 2026-11-22T18:30:05.123Z.
std::string format_time(std::chrono::system_clock::time_point time);

}  // namespace registry
