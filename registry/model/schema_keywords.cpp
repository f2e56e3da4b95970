#include "registry/model/schema_keywords.hpp"

#include <array>
#include <unordered_map>

namespace toolhive::registry {
namespace {

// Without their schemes: the earlier drafts are named with http, the later ones with https, and
// people write either of all.
constexpr std::array<std::string_view, 5> kDraftUris = {
    "json-schema.org/draft/2020-12/schema", "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft-07/schema", "json-schema.org/draft-06/schema", "json-schema.org/draft-04/schema"};

struct Keyword {
  std::string_view name;
  Shape shape;
  Draft oldest = Draft::V4, newest = Draft::V2020;
};

constexpr std::array kKeywords = {
    // What a schema is called and what it leads to.
    Keyword{"$schema", Shape::Text},
    Keyword{"id", Shape::Address, Draft::V4, Draft::V4},
    Keyword{"$id", Shape::Address, Draft::V6},
    Keyword{"$anchor", Shape::Anchor, Draft::V2019},
    Keyword{"$dynamicAnchor", Shape::Anchor, Draft::V2020},
    Keyword{"$recursiveAnchor", Shape::Flag, Draft::V2019, Draft::V2019},
    Keyword{"$recursiveAnchor", Shape::Anchor, Draft::V2020},
    Keyword{"$ref", Shape::Reference},
    Keyword{"$dynamicRef", Shape::Reference, Draft::V2020},
    Keyword{"$recursiveRef", Shape::Reference, Draft::V2019},
    Keyword{"$vocabulary", Shape::FlagMap, Draft::V2019},
    Keyword{"$comment", Shape::Text, Draft::V7},
    // Schemas in it.
    Keyword{"definitions", Shape::SchemaMap},
    Keyword{"$defs", Shape::SchemaMap, Draft::V2019},
    Keyword{"properties", Shape::SchemaMap},
    Keyword{"patternProperties", Shape::PatternMap},
    Keyword{"additionalProperties", Shape::SchemaOrFlag, Draft::V4, Draft::V4},
    Keyword{"additionalProperties", Shape::Schema, Draft::V6},
    Keyword{"propertyNames", Shape::Schema, Draft::V6},
    Keyword{"dependencies", Shape::SchemaOrTextsMap},
    Keyword{"dependentSchemas", Shape::SchemaMap, Draft::V2019},
    Keyword{"unevaluatedProperties", Shape::Schema, Draft::V2019},
    Keyword{"items", Shape::SchemaOrSchemas, Draft::V4, Draft::V2019},
    Keyword{"items", Shape::Schema, Draft::V2020},
    Keyword{"prefixItems", Shape::Schemas, Draft::V2020},
    Keyword{"additionalItems", Shape::SchemaOrFlag, Draft::V4, Draft::V4},
    Keyword{"additionalItems", Shape::Schema, Draft::V6, Draft::V2019},
    Keyword{"unevaluatedItems", Shape::Schema, Draft::V2019},
    Keyword{"contains", Shape::Schema, Draft::V6},
    Keyword{"allOf", Shape::Schemas},
    Keyword{"anyOf", Shape::Schemas},
    Keyword{"oneOf", Shape::Schemas},
    Keyword{"not", Shape::Schema},
    Keyword{"if", Shape::Schema, Draft::V7},
    Keyword{"then", Shape::Schema, Draft::V7},
    Keyword{"else", Shape::Schema, Draft::V7},
    Keyword{"contentSchema", Shape::Schema, Draft::V2019},
    // What it asks for.
    Keyword{"type", Shape::Types},
    Keyword{"const", Shape::Any, Draft::V6},
    Keyword{"enum", Shape::SomeUniqueValues, Draft::V4, Draft::V4},
    Keyword{"enum", Shape::List, Draft::V6, Draft::V6},
    Keyword{"enum", Shape::SomeUniqueValues, Draft::V7, Draft::V7},
    Keyword{"enum", Shape::List, Draft::V2019},
    Keyword{"required", Shape::SomeUniqueTexts, Draft::V4, Draft::V4},
    Keyword{"required", Shape::UniqueTexts, Draft::V6},
    Keyword{"dependentRequired", Shape::TextsMap, Draft::V2019},
    Keyword{"multipleOf", Shape::PositiveNumber},
    Keyword{"minimum", Shape::Number},
    Keyword{"maximum", Shape::Number},
    Keyword{"exclusiveMinimum", Shape::Flag, Draft::V4, Draft::V4},
    Keyword{"exclusiveMaximum", Shape::Flag, Draft::V4, Draft::V4},
    Keyword{"exclusiveMinimum", Shape::Number, Draft::V6},
    Keyword{"exclusiveMaximum", Shape::Number, Draft::V6},
    Keyword{"minLength", Shape::Count},
    Keyword{"maxLength", Shape::Count},
    Keyword{"pattern", Shape::Pattern},
    Keyword{"format", Shape::Text},
    Keyword{"minItems", Shape::Count},
    Keyword{"maxItems", Shape::Count},
    Keyword{"uniqueItems", Shape::Flag},
    Keyword{"minContains", Shape::Count, Draft::V2019},
    Keyword{"maxContains", Shape::Count, Draft::V2019},
    Keyword{"minProperties", Shape::Count},
    Keyword{"maxProperties", Shape::Count},
    // What it says.
    Keyword{"title", Shape::Text},
    Keyword{"description", Shape::Text},
    Keyword{"default", Shape::Any},
    Keyword{"examples", Shape::List, Draft::V6},
    Keyword{"readOnly", Shape::Flag, Draft::V7},
    Keyword{"writeOnly", Shape::Flag, Draft::V2019},
    Keyword{"deprecated", Shape::Flag, Draft::V2019},
    Keyword{"contentEncoding", Shape::Text, Draft::V7},
    Keyword{"contentMediaType", Shape::Text, Draft::V7},
};

using Keywords = std::unordered_map<std::string_view, Shape>;

Keywords keywords_of(Draft draft) {
  Keywords keywords;
  for (const auto& [name, shape, oldest, newest] : kKeywords) {
    if (newest <= draft && draft <= oldest) keywords.emplace(name, shape);
  }
  return keywords;
}

}  // namespace

std::optional<Draft> draft_named(std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  const auto scheme = uri.substr(0, uri.find("//"));
  if (scheme != "http:" && scheme != "https:") return std::nullopt;
  uri.remove_prefix(scheme.size() + 2);
  for (std::size_t i = 0; i < kDraftUris.size(); ++i) {
    if (kDraftUris[i] == uri) return static_cast<Draft>(i);
  }
  return std::nullopt;
}

const Shape* shape_of(Draft draft, std::string_view keyword) {
  static const std::array<Keywords, 5> tables = {keywords_of(Draft::V2020), keywords_of(Draft::V2019),
                                                 keywords_of(Draft::V7), keywords_of(Draft::V6),
                                                 keywords_of(Draft::V4)};
  const auto& table = tables[static_cast<std::size_t>(draft)];
  const auto found = table.find(keyword);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace toolhive::registry
