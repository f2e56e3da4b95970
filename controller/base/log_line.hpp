// A line of the log: one JSON object (RFC 8259) in ASCII, and a line feed.
//
//   {"ts":"2026-01-02T03:04:05.678901Z","level":"error","msg":"reconcile failed","controller":"registry",
//    "namespace":"default","name":"main","reconcileID":"4f0c...","error":"..."}
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "controller/base/log_level.hpp"

namespace toolhive {

// A member of a line beside its time, level and message. The name needs no escaping. Both views are
// read during the call only.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};
using LogFields = std::initializer_list<LogField>;

// Appends `,"name":value` for each field, except for those whose text is empty. Whatever a text
// holds, the line stays ASCII: other characters are escaped, and bytes that are not UTF-8 become
// U+FFFD.
void append_log_fields(std::string& out, LogFields fields);

// `scope` is what append_log_fields() made of the fields that the line has from its surroundings.
std::string log_line(std::chrono::system_clock::time_point time, LogLevel level, std::string_view message,
                     std::string_view scope, LogFields fields);

}  // namespace toolhive
