#include "controller/runtime/write/conditions.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"

namespace toolhive::runtime {

namespace {

// Where `type` is, or where it belongs.
template <class List>
auto position(List& conditions, std::string_view type) {
  return std::lower_bound(conditions.begin(), conditions.end(), type,
                          [](const Condition& condition, std::string_view t) { return condition.type < t; });
}

}  // namespace

std::string_view to_string(ConditionStatus status) {
  switch (status) {
    case ConditionStatus::True:
      return "True";
    case ConditionStatus::False:
      return "False";
    case ConditionStatus::Unknown:
      break;
  }
  return "Unknown";
}

Conditions Conditions::from_json(const Json& conditions) {
  Conditions result;
  if (!conditions.is_array()) return result;
  for (const Json& entry : conditions) {
    if (!entry.is_object()) continue;
    Condition condition;
    condition.type = string_member(entry, "type");
    if (condition.type.empty()) continue;
    const std::string status = string_member(entry, "status");
    if (status == "True") {
      condition.status = ConditionStatus::True;
    } else if (status == "False") {
      condition.status = ConditionStatus::False;
    } else if (status != "Unknown") {
      continue;
    }
    condition.reason = string_member(entry, "reason");
    condition.message = string_member(entry, "message");
    condition.last_transition_time = string_member(entry, "lastTransitionTime");
    if (const auto generation = entry.find("observedGeneration");
        generation != entry.end() && generation->is_number_integer())
      condition.observed_generation = generation->get<std::int64_t>();
    const auto at = position(result.conditions_, condition.type);
    // the first one counts
    if (at != result.conditions_.end() && at->type == condition.type) continue;
    result.conditions_.insert(at, std::move(condition));
  }
  return result;
}

void Conditions::set(Condition condition, WallTime now) {
  const auto at = position(conditions_, condition.type);
  const bool known = at != conditions_.end() && at->type == condition.type;
  if (known && at->status == condition.status && !at->last_transition_time.empty()) {
    condition.last_transition_time = at->last_transition_time;
  } else {
    condition.last_transition_time = to_rfc3339(now);
  }
  if (known) {
    *at = std::move(condition);
  } else {
    conditions_.insert(at, std::move(condition));
  }
}

void Conditions::remove(std::string_view type) {
  const auto at = position(conditions_, type);
  if (at != conditions_.end() && at->type == type) conditions_.erase(at);
}

const Condition* Conditions::find(std::string_view type) const {
  const auto at = position(conditions_, type);
  return at != conditions_.end() && at->type == type ? &*at : nullptr;
}

bool Conditions::is_true(std::string_view type) const {
  const Condition* condition = find(type);
  return condition && condition->status == ConditionStatus::True;
}

Json Conditions::to_json() const {
  Json list = Json::array();
  for (const Condition& condition : conditions_) {
    Json entry = {{"type", condition.type},
                  {"status", to_string(condition.status)},
                  {"reason", condition.reason},
                  {"message", condition.message},
                  {"lastTransitionTime", condition.last_transition_time}};
    if (condition.observed_generation != 0) entry["observedGeneration"] = condition.observed_generation;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace toolhive::runtime
