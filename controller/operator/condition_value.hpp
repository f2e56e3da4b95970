// ConditionValue: what is the case, in the words of a condition: status, reason, message.
#pragma once

#include <string>

#include "controller/runtime/write/conditions.hpp"

namespace toolhive {

struct ConditionValue {
  runtime::ConditionStatus status = runtime::ConditionStatus::Unknown;
  std::string reason;   // UpperCamelCase; docs/resources.md lists all of them
  std::string message;  // for people: what is the case and what to do about it

  bool holds() const { return status == runtime::ConditionStatus::True; }

  static ConditionValue yes(std::string reason, std::string message) {
    return {runtime::ConditionStatus::True, std::move(reason), std::move(message)};
  }
  static ConditionValue no(std::string reason, std::string message) {
    return {runtime::ConditionStatus::False, std::move(reason), std::move(message)};
  }
  static ConditionValue unknown(std::string reason, std::string message) {
    return {runtime::ConditionStatus::Unknown, std::move(reason), std::move(message)};
  }
  bool operator==(const ConditionValue&) const = default;
};

// The condition of that type; at most 1,024 bytes of message are kept, so that a status stays
// small.
runtime::Condition to_condition(std::string type, const ConditionValue& value, std::int64_t generation);

}  // namespace toolhive
