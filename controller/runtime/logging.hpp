// Logging: one JSON object per line on standard output.
//
//   {"ts":"2026-01-02T03:04:05.678901Z","level":"error","msg":"reconcile failed","controller":"registry",
//    "namespace":"default","name":"main","reconcileID":"4f0c...","error":"..."}
//
// Lines go through spdlog's default logger, so code that only knows spdlog::info() is formatted the same way.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runtime {

enum class LogLevel { Debug, Info, Warn, Error };

using LogFields = std::vector<std::pair<std::string_view, std::string>>;

// Replaces spdlog's default logger. Call once, at the start of main(), before other threads log. `out` must stay
// open.
void set_up_logging(LogLevel level, std::FILE* out = stdout);

// Adds fields to every line that the current thread logs while it exists. Scopes nest. Names must outlive it
// and need no escaping; values are escaped.
class LogScope {
 public:
  explicit LogScope(LogFields fields);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

 private:
  friend class JsonLineFormatter;
  const LogFields fields_;
  const LogScope* const outer_;
};

// One line with fields of its own.
void log(LogLevel level, std::string_view message, LogFields fields = {});

}  // namespace runtime
