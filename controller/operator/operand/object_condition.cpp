#include "controller/operator/operand/object_condition.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"

namespace toolhive {

const Json* condition_of(const Json& object, const char* type) {
  const Json* conditions = value_at(object, "/status/conditions");
  if (!conditions || !conditions->is_array()) return nullptr;
  for (const Json& item : *conditions)
    if (string_member(item, "type") == type) return &item;
  return nullptr;
}

bool has_status(const Json* condition, const char* status) {
  return condition && string_member(*condition, "status") == status;
}

}  // namespace toolhive
