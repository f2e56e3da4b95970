#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "registry/config/config.hpp"

namespace toolhive::registry {

/// Sends everything logged to stdout, one JSON object a line, from this level up.
void start_log(LogLevel level);

bool log_enabled(LogLevel level);

/// A member of a log line beside time, level and message.
struct LogMember {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Logs a message with members of its own; one whose text is empty is left out. Thread safe; each line is
/// written whole.
void log(LogLevel level, std::string_view message, std::initializer_list<LogMember> members = {});

/// Writes a line that is JSON already, whatever the level.
void log_line(std::string_view json);

}  // namespace toolhive::registry
