// Logging: one JSON object per line (see log_line.hpp), through a queue that never makes its
// callers wait (see log_writer.hpp).
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "controller/base/log_level.hpp"
#include "controller/base/log_line.hpp"
#include "controller/base/log_writer.hpp"

namespace toolhive {

// The process's log while it exists: make one at the start of main(), which writes what is queued
// when it goes. Without one nothing is logged. Those of tests nest: the newest counts.
class Logging {
 public:
  // Lines of `level` and above go to `descriptor`, which must be open now only.
  explicit Logging(LogLevel level, int descriptor = STDOUT_FILENO, LogWriterOptions options = {});
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;

  // Waits until everything that was logged before is written; false when that takes longer.
  bool flush(std::chrono::milliseconds timeout) { return writer_->flush(timeout); }

 private:
  const std::shared_ptr<LogWriter> writer_;
  const std::shared_ptr<LogWriter> outer_writer_;  // what there was before
  const LogLevel outer_level_;
};

// Adds fields to every line that the current thread logs while it exists. Scopes nest.
class LogScope {
 public:
  explicit LogScope(LogFields fields);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

 private:
  const std::size_t before_;
};

// Whether a line of this level would be written. Thread-safe, as everything below.
bool log_enabled(LogLevel level);

// One line with fields of its own. Never waits; lost when the queue is full.
void log(LogLevel level, std::string_view message, LogFields fields = {});

// A JSON object that is a line already but for its end, whatever the level.
void log_object(std::string_view json);

// Lines of the present Logging that were lost, because they came faster than they were read or
// could not be written.
std::uint64_t log_lines_lost();

}  // namespace toolhive
