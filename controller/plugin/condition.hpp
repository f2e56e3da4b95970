// Condition: one of those that a status has.
#pragma once

#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/plugin/paint.hpp"

namespace toolhive::plugin {

struct Condition {
  std::string type;
  std::string status = "Unknown";  // True, False, Unknown
  std::string reason = {};
  std::string message = {};

  bool holds() const { return status == "True"; }
};

// Those of the object, in its order.
std::vector<Condition> conditions_of(const Json& object);
// The one of this type; Unknown when there is none.
Condition condition_of(const Json& object, const std::string& type);

// How good it is that the condition is as it is.
Tone tone_of(const Condition& condition);
// "reason: message"
std::string cause_of(const Condition& condition);

}  // namespace toolhive::plugin
