#include "registry/model/schema_types.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace toolhive::registry {

SchemaTypes types_named(std::string_view name) {
  if (name == "null") return kNullType;
  if (name == "boolean") return kBooleanType;
  if (name == "integer") return kIntegerType;
  if (name == "number") return kNumberTypes;
  if (name == "string") return kStringType;
  return name == "array" ? kArrayType : kObjectType;
}

SchemaTypes types_stated(const Json& type) {
  if (type.is_string()) return types_named(type.get_ref<const std::string&>());
  SchemaTypes types = 0;
  for (const auto& name : type) types |= types_named(name.get_ref<const std::string&>());
  return types;
}

SchemaTypes type_of_value(const Json& value) {
  if (!value.is_number()) return types_named(value.type_name());
  const bool whole = value.is_number_integer() || std::trunc(value.get<double>()) == value.get<double>();
  return whole ? kIntegerType : kFractionType;
}

}  // namespace toolhive::registry
