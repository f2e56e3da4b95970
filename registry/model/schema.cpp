#include "registry/model/schema.hpp"

#include <algorithm>
#include <array>
#include <jsoncons/json.hpp>
#include <jsoncons_ext/jsonschema/jsonschema.hpp>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace registry {
namespace {

namespace js = jsoncons::jsonschema;
using Validator = js::json_schema<jsoncons::json>;

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

/// A copy of a schema in which every regular expression is a harmless one. The library compiles them with std::regex, which knows
/// neither \p{L} nor look-behind and needs stack in proportion to the pattern: valid schemas would fail, or worse.
class Neutralizer {
 public:
  explicit Neutralizer(const SchemaLimits& limits) : limits_(limits) {}

  std::optional<Error> error;
  bool has_reference = false;

  Json schema(const Json& in, const std::string& at, std::size_t depth) {
    if (error || !in.is_object()) return in;
    if (depth > limits_.depth) {
      return refuse(at, "schemas are nested deeper than " + std::to_string(limits_.depth) +
                            " levels; move parts to $defs");
    }
    if (++count_ > limits_.subschemas) {
      return refuse(at, "the schema holds more than " + std::to_string(limits_.subschemas) +
                            " subschemas; simplify it");
    }
    Json out = Json::object();
    auto& members = static_cast<std::vector<Json::object_t::value_type>&>(out.get_ref<Json::object_t&>());
    for (const auto& [name, value] : in.get_ref<const Json::object_t&>()) {
      members.emplace_back(name, keyword(name, value, pointer_to(at, name), depth));
      if (error) return nullptr;
    }
    return out;
  }

 private:
  Json keyword(const std::string& name, const Json& value, const std::string& at, std::size_t depth) {
    if (name == "$ref" || name == "$dynamicRef" || name == "$recursiveRef") has_reference = true;
    if (name == "pattern" && value.is_string()) return "";
    if (value.is_object() && is_one_of(kSchemaMaps, name)) {
      Json out = Json::object();
      auto& members = static_cast<std::vector<Json::object_t::value_type>&>(out.get_ref<Json::object_t&>());
      for (const auto& [key, item] : value.get_ref<const Json::object_t&>()) {
        members.emplace_back(name == "patternProperties" ? plain_pattern(key, members.size()) : key,
                             schema(item, pointer_to(at, key), depth + 1));
      }
      return out;
    }
    if (value.is_object() && is_one_of(kSchemas, name)) return schema(value, at, depth + 1);
    if (value.is_array() && is_one_of(kSchemaLists, name)) {
      Json out = Json::array();
      for (const auto& item : value)
        out.push_back(schema(item, pointer_to(at, std::to_string(out.size())), depth + 1));
      return out;
    }
    return value;
  }

  /// A pattern that a $ref may well go through stays as it is when it is plain enough.
  static std::string plain_pattern(const std::string& pattern, std::size_t index) {
    const bool plain = pattern.size() <= 64 && std::all_of(pattern.begin(), pattern.end(), [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                c == '_' || c == '-' || c == '^' || c == '$' || c == '.';
                       });
    return plain ? pattern : "^pattern" + std::to_string(index) + "$";
  }

  Json refuse(const std::string& at, std::string detail) {
    if (!error) error = Error{Code::Invalid, std::move(detail), at};
    return nullptr;
  }

  const SchemaLimits& limits_;
  std::size_t count_ = 0;
};

struct Draft {
  std::string_view uri;
  std::string_view name;
};
constexpr std::array kDrafts = {Draft{"https://json-schema.org/draft/2020-12/schema", "2020-12"},
                                Draft{"https://json-schema.org/draft/2019-09/schema", "2019-09"},
                                Draft{"http://json-schema.org/draft-07/schema", "draft-07"},
                                Draft{"http://json-schema.org/draft-06/schema", "draft-06"},
                                Draft{"http://json-schema.org/draft-04/schema", "draft-04"}};

// What the library takes for the address of a schema that states none.
constexpr std::string_view kNoBase = "https://jsoncons.com";

/// The validator of a draft's own schema, built on first use and kept.
const Validator& meta_validator(std::size_t draft) {
  static std::array<std::once_flag, kDrafts.size()> once;
  static std::array<std::unique_ptr<Validator>, kDrafts.size()> validators;
  std::call_once(once[draft], [draft] {
    const std::string uri = std::string(kDrafts[draft].uri) + (draft < 2 ? "" : "#");
    validators[draft] = std::make_unique<Validator>(
        js::make_json_schema(js::meta_resolver<jsoncons::json>(jsoncons::uri(uri))));
  });
  return *validators[draft];
}

Result<std::size_t> draft_of(const Json& schema, std::string_view field) {
  const auto it = schema.find("$schema");
  if (it == schema.end()) return std::size_t{0};
  if (!it->is_string()) return Error{Code::Invalid, "$schema must be a string", pointer_to(field, "$schema")};
  std::string_view uri = it->get_ref<const std::string&>();
  if (uri.ends_with('#')) uri.remove_suffix(1);
  for (std::size_t i = 0; i < kDrafts.size(); ++i) {
    if (kDrafts[i].uri == uri) return i;
  }
  return Error{Code::Invalid,
               "$schema names an unsupported draft; use https://json-schema.org/draft/2020-12/schema "
               "(2019-09, draft-07, -06 "
               "and -04 are known as well) or leave it out",
               pointer_to(field, "$schema")};
}

/// A wrong part makes every schema around it wrong as well: the message about the deepest place names the cause.
struct DeepestMessage {
  std::string text = "it does not match the draft's own schema";
  std::string place;

  void look_at(const js::validation_message& message) {
    for (const auto& detail : message.details()) look_at(detail);
    auto here = message.instance_location().string();
    const auto here_depth = std::count(here.begin(), here.end(), '/');
    if (here_depth <= depth_) return;
    depth_ = here_depth;
    place = std::move(here);
    text = message.message();
  }

 private:
  std::ptrdiff_t depth_ = -1;
};

}  // namespace

Result<void> check_schema(const Json& schema, std::string_view field, const SchemaLimits& limits) {
  const std::string at(field);
  if (schema.is_boolean()) return {};
  if (!schema.is_object()) return Error{Code::Invalid, "a JSON Schema must be an object", at};
  const auto draft = draft_of(schema, field);
  if (!draft) return draft.error();

  Neutralizer neutralizer(limits);
  const Json neutral = neutralizer.schema(schema, at, 0);
  if (neutralizer.error) return std::move(*neutralizer.error);

  std::string unresolved;
  try {
    const auto value = jsoncons::json::parse(neutral.dump());
    const auto& validator = meta_validator(*draft);
    if (!validator.is_valid(value)) {
      DeepestMessage deepest;
      validator.validate(value, [&deepest](const js::validation_message& message) {
        deepest.look_at(message);
        return js::walk_result::advance;
      });
      return Error{Code::Invalid,
                   "not a valid JSON Schema (" + std::string(kDrafts[*draft].name) + "): " + deepest.text,
                   at + deepest.place};
    }
    if (!neutralizer.has_reference) return {};
    const auto resolver = [&unresolved](const jsoncons::uri& uri) {
      unresolved = uri.string();
      return jsoncons::json::null();
    };
    js::evaluation_options options;
    options.default_version(std::string(kDrafts[*draft].uri) + (*draft < 2 ? "" : "#"));
    (void)js::make_json_schema(value, resolver, options);
  } catch (const std::exception& cause) {
    if (const auto fragment = unresolved.find('#');
        unresolved.starts_with(kNoBase) && fragment != unresolved.npos) {
      return Error{Code::Invalid,
                   "a $ref leads to " + unresolved.substr(fragment) + ", which the schema does not hold", at};
    }
    if (!unresolved.empty()) {
      if (unresolved.starts_with(kNoBase)) unresolved.erase(0, kNoBase.size());
      return Error{Code::Invalid,
                   "a $ref leads out of the schema to " + unresolved +
                       ", and references are never fetched; copy what it names into $defs",
                   at};
    }
    return Error{Code::Invalid, std::string("the JSON Schema cannot be used: ") + cause.what(), at};
  }
  return {};
}

}  // namespace registry
