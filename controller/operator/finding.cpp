#include "controller/operator/finding.hpp"

#include "controller/base/utf8.hpp"

namespace toolhive {

runtime::Condition to_condition(std::string type, const Finding& finding, std::int64_t generation) {
  runtime::Condition condition;
  condition.type = std::move(type);
  condition.status = finding.status;
  condition.reason = finding.reason;
  condition.message = shortened(finding.message, 1024);
  condition.observed_generation = generation;
  return condition;
}

}  // namespace toolhive
