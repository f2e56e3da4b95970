#include "registry/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iterator>
#include <string>

#include "registry/model/json.hpp"
#include "registry/model/time.hpp"

namespace toolhive::registry {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warn:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

constexpr std::string_view name_of(LogLevel level) {
  constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};
  return kNames[static_cast<int>(level)];
}

/// Bytes that are not ASCII may come from a peer and be no UTF-8: a log line stays JSON all the same.
void append_safe(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      std::string ascii(text);
      for (char& each : ascii) {
        if (static_cast<unsigned char>(each) >= 0x80) each = '?';
      }
      return append_json_string(out, ascii);
    }
  }
  append_json_string(out, text);
}

void append_value(std::string& out, std::string_view text) {
  append_safe(out, text);
}
void append_value(std::string& out, std::int64_t number) {
  out += std::to_string(number);
}
void append_value(std::string& out, double number) {
  fmt::format_to(std::back_inserter(out), "{:.6g}", number);
}
void append_value(std::string& out, bool flag) {
  out += flag ? "true" : "false";
}

}  // namespace

void start_log(LogLevel level) {
  auto logger = spdlog::stdout_logger_mt("registry");
  logger->set_pattern("%v");
  logger->set_level(level_of(level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

bool log_enabled(LogLevel level) {
  return spdlog::should_log(level_of(level));
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogMember> members) {
  if (!log_enabled(level)) return;
  std::string line = "{\"ts\":\"" + format_time(std::chrono::system_clock::now()) + "\",\"level\":\"";
  line += name_of(level);
  line += "\",\"msg\":";
  append_safe(line, message);
  for (const auto& [name, value] : members) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text != nullptr && text->empty()) continue;
    line += ',';
    append_json_string(line, name);
    line += ':';
    std::visit([&line](const auto& known) { append_value(line, known); }, value);
  }
  line += '}';
  spdlog::log(level_of(level), spdlog::string_view_t(line));
}

void log_line(std::string_view json) {
  // Above every level there is.
  spdlog::log(spdlog::level::critical, spdlog::string_view_t(json.data(), json.size()));
}

}  // namespace toolhive::registry
