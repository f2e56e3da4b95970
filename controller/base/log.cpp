#include "controller/base/log.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <utility>

namespace toolhive {

namespace {

// The newest Logging's. Null: nothing is logged.
std::mutex present_mutex;
std::shared_ptr<LogWriter> present_writer;  // guarded by present_mutex
std::atomic<bool> present{false};
std::atomic<LogLevel> present_level{LogLevel::Error};

// The fields of this thread's scopes, as they stand in a line.
thread_local std::string scope_fields;

std::shared_ptr<LogWriter> current_writer() {
  const std::lock_guard lock(present_mutex);
  return present_writer;
}

// Returns what it replaces.
std::shared_ptr<LogWriter> replace_writer(std::shared_ptr<LogWriter> writer) {
  const std::lock_guard lock(present_mutex);
  present = writer != nullptr;
  return std::exchange(present_writer, std::move(writer));
}

}  // namespace

Logging::Logging(LogLevel level, int descriptor, LogWriterOptions options)
    : writer_(std::make_shared<LogWriter>(descriptor, options)),
      outer_writer_(replace_writer(writer_)),
      outer_level_(present_level.exchange(level)) {}

Logging::~Logging() {
  present_level = outer_level_;
  replace_writer(outer_writer_);
  writer_->close();
}

LogScope::LogScope(LogFields fields) : before_(scope_fields.size()) {
  append_log_fields(scope_fields, fields);
}

LogScope::~LogScope() {
  scope_fields.resize(before_);
}

bool log_enabled(LogLevel level) {
  return present && level >= present_level;
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (!log_enabled(level)) return;
  const auto writer = current_writer();
  if (!writer) return;
  writer->write(log_line(std::chrono::system_clock::now(), level, message, scope_fields, fields));
}

void log_object(std::string_view json) {
  if (const auto writer = current_writer()) writer->write(std::string(json) + "\n");
}

std::uint64_t log_lines_lost() {
  const auto writer = current_writer();
  return writer ? writer->lost() : 0;
}

}  // namespace toolhive
