#include "registry/model/schema_values.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace toolhive::registry {
namespace {

// Of the properties of an alternative that might tell it from the others.
constexpr std::size_t kDiscriminators = 8;

// The types that a value may be of: 1.0 is an integer to most.
void add_types(const Json& value, std::set<std::string>& out) {
  if (value.is_number_integer() || (value.is_number() && std::trunc(value.get<double>()) == value))
    out.insert("integer");
  if (value.is_number_float()) out.insert("number");
  if (!value.is_number()) out.insert(value.type_name());
}

SchemaValues list_of_values(const Json& list, std::string_view keyword) {
  SchemaValues out;
  out.keyword = keyword;
  for (const auto& value : list) {
    out.texts.insert(text_of_value(value));
    add_types(value, out.types);
  }
  return out;
}

// Adds what an alternative lists, false when it is no mere list or lists what another does already
// and may not.
bool add_alternative(SchemaDocument& document, const Json& alternative, bool once, SchemaValues& out) {
  const auto& schema = *document.resolved(alternative).schema;
  const auto only = document.only_assertion(schema);
  if (only != "const" && only != "enum") return false;
  auto values = values_of(document, schema);
  const auto size = out.texts.size() + values->texts.size();
  out.texts.merge(values->texts);
  out.types.merge(values->types);
  return !once || out.texts.size() == size;
}

std::optional<SchemaValues> values_of_alternatives(SchemaDocument& document, const Json& schema) {
  const auto only = document.only_assertion(schema);
  if (only != "anyOf" && only != "oneOf") return std::nullopt;
  SchemaValues out;
  out.keyword = only;
  for (const auto& alternative : *document.part(schema, only)) {
    if (!add_alternative(document, alternative, only == "oneOf", out)) return std::nullopt;
  }
  return out;
}

bool requires_property(SchemaDocument& document, const Json& schema, const std::string& name) {
  const auto* required = document.part(schema, "required");
  return required != nullptr && required->is_array() &&
         std::find(required->begin(), required->end(), Json(name)) != required->end();
}

const Json* property_of(SchemaDocument& document, const Json& schema, const std::string& name) {
  const auto* properties = document.part(schema, "properties");
  return properties == nullptr ? nullptr : document.member(*properties, name);
}

bool tells_apart(SchemaDocument& document, const std::vector<const Json*>& objects, const std::string& name) {
  std::set<std::string> seen;
  for (const auto* object : objects) {
    const auto* property = property_of(document, *object, name);
    if (property == nullptr || !requires_property(document, *object, name)) return false;
    auto values = values_of(document, *document.resolved(*property).schema);
    if (!values) return false;
    const auto size = seen.size() + values->texts.size();
    seen.merge(values->texts);
    if (seen.size() != size) return false;
  }
  return true;
}

bool have_discriminator(SchemaDocument& document, const std::vector<const Json*>& objects) {
  const auto* required = document.part(*objects.front(), "required");
  if (required == nullptr || !required->is_array()) return false;
  for (std::size_t i = 0; i < std::min(required->size(), kDiscriminators); ++i) {
    if ((*required)[i].is_string() && tells_apart(document, objects, (*required)[i].get<std::string>()))
      return true;
  }
  return false;
}

}  // namespace

std::string text_of_value(const Json& value) {
  return is_exact_value(value) ? canonical_json(value) : value.dump();
}

bool is_exact_value(const Json& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value.is_number()) return std::abs(value.get<double>()) < kExact;
  return !value.is_structured() || std::all_of(value.begin(), value.end(), is_exact_value);
}

std::optional<SchemaValues> values_of(SchemaDocument& document, const Json& schema) {
  if (!schema.is_object()) return std::nullopt;
  const auto* list = document.part(schema, "enum");
  const auto* constant = document.part(schema, "const");
  if (list == nullptr && constant == nullptr) return values_of_alternatives(document, schema);
  if (constant == nullptr) return list_of_values(*list, "enum");
  auto out = list_of_values(Json::array({*constant}), "const");
  if (list != nullptr && !list_of_values(*list, "enum").texts.contains(*out.texts.begin())) out.texts.clear();
  return out;
}

std::set<std::string> types_of(SchemaDocument& document, const Json& schema,
                               const std::optional<SchemaValues>& values) {
  const auto* stated = document.part(schema, "type");
  std::set<std::string> out;
  if (stated == nullptr) {
    out = {"array", "boolean", "null", "number", "object", "string", "integer"};
  } else {
    for (const auto& type : stated->is_array() ? *stated : Json::array({*stated}))
      out.insert(type.get<std::string>());
    if (out.contains("number")) out.insert("integer");
  }
  if (values) std::erase_if(out, [&](const auto& type) { return !values->types.contains(type); });
  return out;
}

bool are_disjoint(SchemaDocument& document, const Json& alternatives) {
  std::set<std::string> seen;
  std::vector<const Json*> objects;
  for (const auto& alternative : alternatives) {
    const auto& schema = *document.resolved(alternative).schema;
    if (!schema.is_object()) return false;
    const auto types = types_of(document, schema, values_of(document, schema));
    if (types == std::set<std::string>{"object"}) {
      objects.push_back(&schema);
      continue;
    }
    for (const auto& type : types) {
      if (!seen.insert(type).second) return false;
    }
  }
  if (objects.empty()) return true;
  return !seen.contains("object") && (objects.size() == 1 || have_discriminator(document, objects));
}

}  // namespace toolhive::registry
