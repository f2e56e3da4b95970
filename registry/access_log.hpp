#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "registry/api/trace_context.hpp"

namespace toolhive::registry {

// A request that was answered, for the log. The views are needed during the call only.
struct Access {
  std::string_view method;  // Empty when the request line could not be read.
  std::string_view target;  // As it came, nothing decoded; cut in the log.
  std::string_view peer;    // The client's address without its port, a proxy's if there is one.
  std::string_view request_id;
  TraceContext trace;
  unsigned status = 0;
  std::uint64_t bytes = 0;              // Of the body, as written.
  std::chrono::nanoseconds duration{};  // To the last byte written.
  bool complete = true;                 // False when the client was gone before the end.
};

// Chooses which answers are logged: every write and every failure of the service, and of the rest
// one in so many, so
// that a busy registry's log says who reads what at a cost that is known. Thread safe.
class AccessLog {
 public:
  // Of the rest one in `one_in` is logged as information; 0 for none of them. All are at the level
  // Debug.
  explicit AccessLog(std::uint32_t one_in) : one_in_(one_in) {}

  // To be asked once per answer: counts towards the sample.
  bool wants(std::string_view method, std::string_view target, unsigned status);
  // Writes the line of an answer that is wanted.
  static void write(const Access& access);

 private:
  const std::uint32_t one_in_;
  std::atomic<std::uint32_t> seen_{0};
};

}  // namespace toolhive::registry
