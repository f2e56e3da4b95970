#include "registry/model/plain_schema.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolhive::registry {
namespace {

/// What a keyword's value has to be.
enum class Shape {
  Any,
  Text,
  Flag,
  Number,
  PositiveNumber,
  Count,
  Array,
  UniqueTexts,
  Types,
  Schema,
  Schemas,
  SchemaMap,
  Reference,
};

const std::unordered_map<std::string_view, Shape>& shapes() {
  static const std::unordered_map<std::string_view, Shape> table = {
      {"$comment", Shape::Text},
      {"title", Shape::Text},
      {"description", Shape::Text},
      {"format", Shape::Text},
      {"pattern", Shape::Text},
      {"contentEncoding", Shape::Text},
      {"contentMediaType", Shape::Text},
      {"default", Shape::Any},
      {"const", Shape::Any},
      {"enum", Shape::Array},
      {"examples", Shape::Array},
      {"deprecated", Shape::Flag},
      {"readOnly", Shape::Flag},
      {"writeOnly", Shape::Flag},
      {"uniqueItems", Shape::Flag},
      {"minimum", Shape::Number},
      {"maximum", Shape::Number},
      {"exclusiveMinimum", Shape::Number},
      {"exclusiveMaximum", Shape::Number},
      {"multipleOf", Shape::PositiveNumber},
      {"minLength", Shape::Count},
      {"maxLength", Shape::Count},
      {"minItems", Shape::Count},
      {"maxItems", Shape::Count},
      {"minContains", Shape::Count},
      {"maxContains", Shape::Count},
      {"minProperties", Shape::Count},
      {"maxProperties", Shape::Count},
      {"required", Shape::UniqueTexts},
      {"type", Shape::Types},
      {"additionalProperties", Shape::Schema},
      {"contains", Shape::Schema},
      {"else", Shape::Schema},
      {"if", Shape::Schema},
      {"items", Shape::Schema},
      {"not", Shape::Schema},
      {"propertyNames", Shape::Schema},
      {"then", Shape::Schema},
      {"unevaluatedItems", Shape::Schema},
      {"unevaluatedProperties", Shape::Schema},
      {"allOf", Shape::Schemas},
      {"anyOf", Shape::Schemas},
      {"oneOf", Shape::Schemas},
      {"prefixItems", Shape::Schemas},
      {"$defs", Shape::SchemaMap},
      {"dependentSchemas", Shape::SchemaMap},
      {"properties", Shape::SchemaMap},
      {"patternProperties", Shape::SchemaMap},
      {"$ref", Shape::Reference},
  };
  return table;
}

bool is_type(const Json& value) {
  constexpr std::array<std::string_view, 7> kTypes = {"array",  "boolean", "integer", "null",
                                                      "number", "object",  "string"};
  return value.is_string() &&
         std::find(kTypes.begin(), kTypes.end(), value.get_ref<const std::string&>()) != kTypes.end();
}

bool are_unique_texts(const Json& value) {
  if (!value.is_array()) return false;
  std::vector<std::string_view> texts;
  for (const auto& item : value) {
    if (!item.is_string()) return false;
    texts.push_back(item.get_ref<const std::string&>());
  }
  std::sort(texts.begin(), texts.end());
  return std::adjacent_find(texts.begin(), texts.end()) == texts.end();
}

class Check {
 public:
  Check(const Json& root, const SchemaLimits& limits) : root_(root), limits_(limits) {}

  bool schema(const Json& value, std::size_t depth) {
    if (value.is_boolean()) return true;
    if (!value.is_object() || depth > limits_.depth || ++count_ > limits_.subschemas) return false;
    for (const auto& [name, part] : value.get_ref<const Json::object_t&>()) {
      if (depth == 0 && name == "$schema" && part == "https://json-schema.org/draft/2020-12/schema") continue;
      const auto shape = shapes().find(name);
      if (shape == shapes().end() || !fits(part, shape->second, depth)) return false;
    }
    return true;
  }

 private:
  bool fits(const Json& value, Shape shape, std::size_t depth) {
    switch (shape) {
      case Shape::Any:
        return true;
      case Shape::Text:
        return value.is_string();
      case Shape::Flag:
        return value.is_boolean();
      case Shape::Number:
        return value.is_number();
      case Shape::PositiveNumber:
        return value.is_number() && value.get<double>() > 0;
      case Shape::Count:
        return value.is_number_unsigned();
      case Shape::Array:
        return value.is_array();
      case Shape::UniqueTexts:
        return are_unique_texts(value);
      case Shape::Types:
        return is_type(value) || (are_unique_texts(value) && !value.empty() &&
                                  std::all_of(value.begin(), value.end(), is_type));
      case Shape::Schema:
        return schema(value, depth + 1);
      case Shape::Schemas:
        return value.is_array() && !value.empty() &&
               std::all_of(value.begin(), value.end(),
                           [&](const Json& item) { return schema(item, depth + 1); });
      case Shape::SchemaMap: {
        if (!value.is_object()) return false;
        const auto& members = value.get_ref<const Json::object_t&>();
        return std::all_of(members.begin(), members.end(),
                           [&](const auto& member) { return schema(member.second, depth + 1); });
      }
      case Shape::Reference:
        return is_own_definition(value);
    }
    return false;
  }

  /// "#/$defs/<name>" without escapes, and there is one of that name.
  bool is_own_definition(const Json& reference) const {
    constexpr std::string_view kPrefix = "#/$defs/";
    if (!reference.is_string()) return false;
    const std::string_view text = reference.get_ref<const std::string&>();
    if (!text.starts_with(kPrefix)) return false;
    const std::string name(text.substr(kPrefix.size()));
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
             c == '-' || c == '.';
    });
    const auto definitions = root_.find("$defs");
    return plain && !name.empty() && definitions != root_.end() && definitions->is_object() &&
           definitions->contains(name);
  }

  const Json& root_;
  const SchemaLimits& limits_;
  std::size_t count_ = 0;
};

}  // namespace

bool is_plain_schema(const Json& schema, const SchemaLimits& limits) {
  return schema.is_object() && Check(schema, limits).schema(schema, 0);
}

}  // namespace toolhive::registry
