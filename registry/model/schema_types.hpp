#pragma once

#include <string_view>

#include "registry/model/json.hpp"

namespace toolhive::registry {

// Types of JSON values, as bits. Numbers are of two: those without a fraction, and the others.
using SchemaTypes = unsigned;

inline constexpr SchemaTypes kNullType = 1, kBooleanType = 2, kIntegerType = 4, kFractionType = 8,
                             kStringType = 16, kArrayType = 32, kObjectType = 64;
inline constexpr SchemaTypes kNumberTypes = kIntegerType | kFractionType;
inline constexpr SchemaTypes kAllTypes = 127;

// The bits of a type by its name; 1.0 is an integer too.
SchemaTypes types_named(std::string_view name);

// The same of a keyword `type`, which is a name or a list of names.
SchemaTypes types_stated(const Json& type);

SchemaTypes type_of_value(const Json& value);

}  // namespace toolhive::registry
