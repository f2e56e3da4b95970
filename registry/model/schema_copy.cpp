#include "registry/model/schema_copy.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace toolhive::registry {
namespace {

// Where a schema holds other schemas, in any of the drafts.
constexpr std::array kSchemas = {"additionalItems",
                                 "additionalProperties",
                                 "contains",
                                 "contentSchema",
                                 "else",
                                 "if",
                                 "items",
                                 "not",
                                 "propertyNames",
                                 "then",
                                 "unevaluatedItems",
                                 "unevaluatedProperties"};
constexpr std::array kSchemaLists = {"allOf", "anyOf", "items", "oneOf", "prefixItems"};
constexpr std::array kSchemaMaps = {
    "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The members as the vector they are: adding to it does not search for the name.
std::vector<Json::object_t::value_type>& members_of(Json& object) {
  return object.get_ref<Json::object_t&>();
}

/// A pattern that a $ref may well go through stays as it is when it is plain enough.
std::string plain_pattern(const std::string& pattern, std::size_t index) {
  const bool plain = pattern.size() <= 64 && std::all_of(pattern.begin(), pattern.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              c == '_' || c == '-' || c == '^' || c == '$' || c == '.';
                     });
  return plain ? pattern : "^pattern" + std::to_string(index) + "$";
}

}  // namespace

Json SchemaCopy::copy(const Json& schema, const std::string& at) {
  return copy_schema(schema, at, 0);
}

Json SchemaCopy::refuse(const std::string& at, std::string detail) {
  if (!error_) error_ = Error{Code::Invalid, std::move(detail), at};
  return nullptr;
}

Json SchemaCopy::copy_schema(const Json& in, const std::string& at, std::size_t depth) {
  if (error_ || !in.is_object()) return in;
  if (depth > limits_.depth) {
    return refuse(at, "schemas are nested deeper than " + std::to_string(limits_.depth) +
                          " levels (limits.schemaDepth); move parts to $defs");
  }
  if (++count_ > limits_.subschemas) {
    return refuse(at, "the schema holds more than " + std::to_string(limits_.subschemas) +
                          " subschemas (limits.schemaCount); simplify it");
  }
  Json out = Json::object();
  for (const auto& [name, value] : in.get_ref<const Json::object_t&>()) {
    members_of(out).emplace_back(name, copy_keyword(name, value, pointer_to(at, name), depth));
    if (error_) return nullptr;
  }
  if (on_schema_) on_schema_(at, out);
  return out;
}

Json SchemaCopy::copy_keyword(const std::string& name, const Json& value, const std::string& at,
                              std::size_t depth) {
  if (name == "$ref" || name == "$dynamicRef" || name == "$recursiveRef") has_reference_ = true;
  if (name == "pattern" && value.is_string()) return "";
  if (value.is_object() && is_one_of(kSchemaMaps, name)) {
    return copy_map(value, at, depth, name == "patternProperties");
  }
  if (value.is_object() && is_one_of(kSchemas, name)) return copy_schema(value, at, depth + 1);
  if (value.is_array() && is_one_of(kSchemaLists, name)) {
    Json out = Json::array();
    for (const auto& item : value) {
      out.push_back(copy_schema(item, pointer_to(at, std::to_string(out.size())), depth + 1));
    }
    return out;
  }
  return value;
}

Json SchemaCopy::copy_map(const Json& value, const std::string& at, std::size_t depth,
                          bool keys_are_patterns) {
  Json out = Json::object();
  auto& members = members_of(out);
  for (const auto& [key, item] : value.get_ref<const Json::object_t&>()) {
    members.emplace_back(keys_are_patterns ? plain_pattern(key, members.size()) : key,
                         copy_schema(item, pointer_to(at, key), depth + 1));
    if (error_) return nullptr;
  }
  return out;
}

}  // namespace toolhive::registry
