// ContractComparison: what a registry says of a change from one definition of a tool to another.
#pragma once

#include <cstdint>
#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive {

// What a change asks of those who relied on the old definition, the least first.
enum class ChangeClass {
  Compatible,  // nothing
  Review,      // to be read: models are told something else
  Breaking,    // a call that was valid may not be, or a result may be what nobody expected
};

struct ContractComparison {
  ChangeClass verdict = ChangeClass::Compatible;
  // The first change of that class: a JSON pointer into the definition, the keyword that differs
  // there, and how; all fit for a status. Empty when nothing differs.
  std::string pointer = {};
  std::string keyword = {};
  std::string message = {};
  std::int64_t changes = 0;  // of all classes
};

// Of the registry's answer; Decode when it is none.
StatusOr<ContractComparison> parse_comparison(const Json& document);

// In one sentence: which place, which keyword, what, and how many changes more.
std::string cause_of(const ContractComparison& comparison);

}  // namespace toolhive
