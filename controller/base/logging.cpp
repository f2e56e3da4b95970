#include "controller/base/logging.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/clock.hpp"
#include "controller/base/time.hpp"

namespace toolhive {

namespace {

// The innermost scope of this thread. The logger is synchronous: lines are formatted by the thread that logs.
thread_local const LogScope* current_scope = nullptr;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warn:
      return spdlog::level::warn;
    case LogLevel::Error:
      break;
  }
  return spdlog::level::err;
}

std::string_view name_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::info:
      return "info";
    case spdlog::level::warn:
      return "warn";
    default:
      return "error";
  }
}

// As a JSON string; bytes that are not UTF-8 are replaced.
std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

class JsonLineFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    std::string line = R"({"ts":")" + to_rfc3339_micro(message.time) + R"(","level":")";
    line += name_of(message.level);
    line += R"(","msg":)" + json_string(text);
    append(line, current_scope);
    line += "}\n";
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLineFormatter>(); }

 private:
  static void append(std::string& line, const LogScope* scope) {
    if (!scope) return;
    append(line, scope->outer_);
    for (const auto& [name, value] : scope->fields_) {
      line += ",\"";
      line += name;
      line += "\":" + json_string(value);
    }
  }
};

void set_up_logging(LogLevel level, std::FILE* out) {
  using Sink = spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>;
  auto logger = std::make_shared<spdlog::logger>("json", std::make_shared<Sink>(out));
  logger->set_formatter(std::make_unique<JsonLineFormatter>());
  logger->set_level(to_spdlog(level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

LogScope::LogScope(LogFields fields) : fields_(fields), outer_(current_scope) {
  current_scope = this;
}

LogScope::~LogScope() {
  current_scope = outer_;
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (!spdlog::should_log(to_spdlog(level))) return;
  const LogScope scope(fields);
  spdlog::log(to_spdlog(level), "{}", message);
}

}  // namespace toolhive
