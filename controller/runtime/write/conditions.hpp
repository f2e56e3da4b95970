// Conditions: metav1.Condition, kept as the API conventions ask.
// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"

namespace toolhive::runtime {

enum class ConditionStatus { True, False, Unknown };

std::string_view to_string(ConditionStatus status);

struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::Unknown;
  std::string reason;   // UpperCamelCase, documented as API
  std::string message;  // for people
  std::int64_t observed_generation = 0;
  std::string last_transition_time;  // RFC 3339; set by Conditions::set()
};

// Sorted by type. lastTransitionTime moves only when the status flips. Not thread-safe.
class Conditions {
 public:
  // From status.conditions of an object; anything malformed is dropped.
  static Conditions from_json(const Json& conditions);
  void set(Condition condition, WallTime now);
  void remove(std::string_view type);
  // Valid until the next set() or remove().
  const Condition* find(std::string_view type) const;
  bool is_true(std::string_view type) const;
  Json to_json() const;

 private:
  std::vector<Condition> conditions_;
};

}  // namespace toolhive::runtime
