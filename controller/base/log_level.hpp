// LogLevel: how much it matters that somebody reads a line of the log.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace toolhive {

enum class LogLevel { Debug, Info, Warn, Error };

// As configurations and log lines spell them.
inline constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLogLevels = {
    {{"debug", LogLevel::Debug},
     {"info", LogLevel::Info},
     {"warn", LogLevel::Warn},
     {"error", LogLevel::Error}}};

constexpr std::string_view name_of(LogLevel level) {
  return kLogLevels[static_cast<std::size_t>(level)].first;
}

}  // namespace toolhive
