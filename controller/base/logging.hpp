// Logging: one JSON object per line on standard output.
//
//   {"ts":"2026-01-02T03:04:05.678901Z","level":"error","msg":"reconcile failed","controller":"registry",
//    "namespace":"default","name":"main","reconcileID":"4f0c...","error":"..."}
//
// Lines go through spdlog's default logger, so code that only knows spdlog::info() is formatted the same way.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace toolhive {

enum class LogLevel { Debug, Info, Warn, Error };

// The name must outlive the line or scope, and needs no escaping; the value is escaped.
struct LogField {
  std::string_view name;
  std::string value;
};
using LogFields = std::initializer_list<LogField>;

// Replaces spdlog's default logger. Call once, at the start of main(), before other threads log. `out` must stay
// open.
void set_up_logging(LogLevel level, std::FILE* out = stdout);

// Adds fields to every line that the current thread logs while it exists. Scopes nest.
class LogScope {
 public:
  explicit LogScope(LogFields fields);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

 private:
  friend class JsonLineFormatter;
  const std::vector<LogField> fields_;
  const LogScope* const outer_;
};

// One line with fields of its own.
void log(LogLevel level, std::string_view message, LogFields fields = {});

}  // namespace toolhive
