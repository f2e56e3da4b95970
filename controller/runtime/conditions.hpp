// Conditions: metav1.Condition, kept as the API conventions ask.
// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/clock.hpp"
#include "controller/kube/json.hpp"

namespace runtime {

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
  static Conditions from_json(const kube::Json& conditions);
  void set(Condition condition, kube::WallTime now);
  void remove(std::string_view type);
  // Valid until the next set() or remove().
  const Condition* find(std::string_view type) const;
  bool is_true(std::string_view type) const;
  kube::Json to_json() const;

 private:
  std::vector<Condition> conditions_;
};

// "2026-01-02T03:04:05Z": metav1.Time.
std::string to_rfc3339(kube::WallTime time);
// "2026-01-02T03:04:05.000006Z": metav1.MicroTime.
std::string to_rfc3339_micro(kube::WallTime time);

}  // namespace runtime
