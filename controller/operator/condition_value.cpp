#include "controller/operator/condition_value.hpp"

#include "controller/base/utf8.hpp"

namespace toolhive {

runtime::Condition to_condition(std::string type, const ConditionValue& value, std::int64_t generation) {
  runtime::Condition condition;
  condition.type = std::move(type);
  condition.status = value.status;
  condition.reason = value.reason;
  condition.message = shortened(value.message, 1024);
  condition.observed_generation = generation;
  return condition;
}

}  // namespace toolhive
