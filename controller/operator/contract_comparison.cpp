#include "controller/operator/contract_comparison.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"

namespace toolhive {

namespace {

// Of each text, in bytes.
constexpr std::size_t kLongestCause = 128;

std::optional<ChangeClass> class_named(std::string_view name) {
  if (name == "compatible") return ChangeClass::Compatible;
  if (name == "review") return ChangeClass::Review;
  if (name == "breaking") return ChangeClass::Breaking;
  return std::nullopt;
}

void tell_cause(const Json& change, ContractComparison& comparison) {
  comparison.pointer = cleaned(string_member(change, "pointer"), kLongestCause);
  comparison.keyword = cleaned(string_member(change, "keyword"), kLongestCause);
  comparison.message = cleaned(string_member(change, "message"), kLongestCause);
}

}  // namespace

StatusOr<ContractComparison> parse_comparison(const Json& document) {
  const auto verdict = class_named(string_member(document, "verdict"));
  const Json* const changes = value_at(document, "/changes");
  if (!verdict || !changes || !changes->is_array())
    return Status(Code::Decode, "the registry's answer is no comparison: it lacks verdict or changes");
  ContractComparison comparison{.verdict = *verdict};
  comparison.changes = static_cast<std::int64_t>(changes->size());
  // Of what was cut the registry tells how much it was.
  if (const Json* const total = value_at(document, "/total"); total && total->is_number_integer())
    comparison.changes = total->get<std::int64_t>();
  for (const Json& change : *changes) {
    if (class_named(string_member(change, "change")) != verdict) continue;
    tell_cause(change, comparison);
    break;
  }
  return comparison;
}

std::string cause_of(const ContractComparison& comparison) {
  if (comparison.changes == 0) return "nothing differs";
  std::string cause = comparison.pointer + " (" + comparison.keyword + ") " + comparison.message;
  if (comparison.changes > 1) cause += ", and " + std::to_string(comparison.changes - 1) + " changes more";
  return cause;
}

}  // namespace toolhive
