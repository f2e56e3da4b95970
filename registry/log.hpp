#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "registry/config/config.hpp"

namespace registry {

/// Sends everything logged to stdout, one JSON object a line, from this level up.
void start_log(LogLevel level);

bool log_enabled(LogLevel level);

/// Logs a message with members of its own. Thread safe; each line is written whole.
void log(LogLevel level, std::string_view message,
         std::initializer_list<std::pair<std::string_view, std::string_view>> members = {});

/// Writes a line that is JSON already, whatever the level.
void log_line(std::string_view json);

}  // namespace registry
