#include "controller/plugin/condition.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/base/json_access.hpp"

namespace toolhive::plugin {

namespace {

// Those that tell of something out of the ordinary when they hold.
constexpr std::string_view kExceptions[] = {"Degraded", "Drifted", "Hibernated", "ReconciliationPaused"};
// With these a condition does not hold because nobody wants it to.
constexpr std::string_view kNotWanted[] = {"NotRequested", "RouteAPIMissing", "MonitoringAPIMissing",
                                           "Hibernated"};

template <std::size_t N>
bool is_one_of(const std::string_view (&words)[N], const std::string& word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

std::vector<Condition> conditions_of(const Json& object) {
  const Json* const list = value_at(object, "/status/conditions");
  if (list == nullptr || !list->is_array()) return {};
  std::vector<Condition> conditions;
  std::transform(list->begin(), list->end(), std::back_inserter(conditions), [](const Json& each) {
    return Condition{.type = string_member(each, "type"),
                     .status = string_member(each, "status"),
                     .reason = string_member(each, "reason"),
                     .message = string_member(each, "message")};
  });
  return conditions;
}

Condition condition_of(const Json& object, const std::string& type) {
  for (Condition& condition : conditions_of(object))
    if (condition.type == type) return condition;
  return {
      .type = type, .reason = "NotSeen", .message = "the operator has not looked at it yet; is it running?"};
}

Tone tone_of(const Condition& condition) {
  if (is_one_of(kExceptions, condition.type)) return condition.holds() ? Tone::Attention : Tone::Good;
  if (condition.holds()) return Tone::Good;
  if (is_one_of(kNotWanted, condition.reason)) return Tone::Faint;
  return condition.status == "Unknown" ? Tone::Attention : Tone::Bad;
}

std::string cause_of(const Condition& condition) {
  if (condition.message.empty()) return condition.reason;
  return condition.reason + ": " + condition.message;
}

}  // namespace toolhive::plugin
