#include "registry/access_log.hpp"

#include "controller/base/log.hpp"

namespace toolhive::registry {
namespace {

bool is_write(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

// A /ready that says no is no failure, and its asker knows: a probe every few seconds.
bool is_failure(std::string_view target, unsigned status) {
  return status >= 500 && !target.starts_with("/ready");
}

}  // namespace

bool AccessLog::wants(std::string_view method, std::string_view target, unsigned status) {
  if (is_failure(target, status)) return log_enabled(LogLevel::Error);
  if (is_write(method)) return log_enabled(LogLevel::Info);
  if (log_enabled(LogLevel::Debug)) return true;
  return one_in_ != 0 && log_enabled(LogLevel::Info) &&
         seen_.fetch_add(1, std::memory_order_relaxed) % one_in_ == 0;
}

void AccessLog::write(const Access& access) {
  const auto level = is_failure(access.target, access.status) ? LogLevel::Error : LogLevel::Info;
  const auto milliseconds = std::chrono::duration<double, std::milli>(access.duration).count();
  log(level, "request",
      {{"requestId", access.request_id},
       {"traceId", access.trace.trace_id},
       {"spanId", access.trace.span_id},
       {"peer", access.peer},
       {"method", access.method.substr(0, 20)},
       {"target", access.target.substr(0, 1024)},
       {"status", std::int64_t{access.status}},
       {"bytes", static_cast<std::int64_t>(access.bytes)},
       {"durationMs", milliseconds},
       {"complete", access.complete}});
}

}  // namespace toolhive::registry
