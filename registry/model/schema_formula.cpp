#include "registry/model/schema_formula.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace toolhive::registry {
namespace {

// More nested schemas are not held against each other.
constexpr int kSameDepth = 64;

struct Rule {
  std::string_view name;     // As it is written.
  std::string_view keyword;  // The one that stands for all that belong together.
  SchemaTypes types;
};

constexpr std::array<Rule, 44> kRules = {{
    {"$schema", "$schema", kAllTypes},
    {"$ref", "$ref", kAllTypes},
    {"$dynamicRef", "$dynamicRef", kAllTypes},
    {"$recursiveRef", "$recursiveRef", kAllTypes},
    {"type", "type", kAllTypes},
    {"const", "const", kAllTypes},
    {"enum", "enum", kAllTypes},
    {"format", "format", kAllTypes},
    {"minimum", "minimum", kNumberTypes},
    {"exclusiveMinimum", "minimum", kNumberTypes},
    {"maximum", "maximum", kNumberTypes},
    {"exclusiveMaximum", "maximum", kNumberTypes},
    {"multipleOf", "multipleOf", kNumberTypes},
    {"minLength", "minLength", kStringType},
    {"maxLength", "maxLength", kStringType},
    {"pattern", "pattern", kStringType},
    {"contentEncoding", "content", kStringType},
    {"contentMediaType", "content", kStringType},
    {"contentSchema", "content", kStringType},
    {"minItems", "minItems", kArrayType},
    {"maxItems", "maxItems", kArrayType},
    {"uniqueItems", "uniqueItems", kArrayType},
    {"prefixItems", "items", kArrayType},
    {"items", "items", kArrayType},
    {"additionalItems", "items", kArrayType},
    {"contains", "contains", kArrayType},
    {"maxContains", "maxContains", kArrayType},
    {"unevaluatedItems", "unevaluatedItems", kArrayType},
    {"minProperties", "minProperties", kObjectType},
    {"maxProperties", "maxProperties", kObjectType},
    {"required", "required", kObjectType},
    {"properties", "properties", kObjectType},
    {"patternProperties", "properties", kObjectType},
    {"additionalProperties", "properties", kObjectType},
    {"unevaluatedProperties", "unevaluatedProperties", kObjectType},
    {"propertyNames", "propertyNames", kObjectType},
    {"dependentRequired", "dependentRequired", kObjectType},
    {"dependentSchemas", "dependentSchemas", kObjectType},
    {"dependencies", "dependencies", kObjectType},
    {"allOf", "allOf", kAllTypes},
    {"anyOf", "anyOf", kAllTypes},
    {"oneOf", "oneOf", kAllTypes},
    {"not", "not", kAllTypes},
    {"if", "if", kAllTypes},
}};

const Rule* rule_of(std::string_view name) {
  const auto found =
      std::find_if(kRules.begin(), kRules.end(), [&](const auto& rule) { return rule.name == name; });
  return found == kRules.end() || found->name.empty() ? nullptr : found;
}

// Whether nothing beside a rule for what is left looks at properties or items out of sight.
bool stands_alone(const SchemaFormula& whole, std::string_view keyword) {
  for (const std::string_view name : {"$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf",
                                      "not", "if", "dependentSchemas", "dependencies"}) {
    if (whole.part(name) != nullptr) return false;
  }
  return keyword != "unevaluatedItems" || whole.part("contains") == nullptr;
}

// The keyword that a rule is part of, where it stands.
std::string_view keyword_of(const SchemaFormula& whole, const Rule& rule) {
  if (rule.keyword == "unevaluatedProperties" && stands_alone(whole, rule.keyword)) return "properties";
  if (rule.keyword == "unevaluatedItems" && stands_alone(whole, rule.keyword)) return "items";
  return rule.keyword;
}

// Whether the keyword says anything where it stands.
bool has_effect(const SchemaFormula& whole, std::string_view keyword) {
  if (keyword == "if") return whole.part("then") != nullptr || whole.part("else") != nullptr;
  if (keyword == "maxContains") return whole.part("contains") != nullptr;
  if (keyword == "unevaluatedProperties") return whole.part("additionalProperties") == nullptr;
  if (keyword == "unevaluatedItems") {
    const auto* items = whole.part("items");
    return items == nullptr || (items->is_array() && whole.part("additionalItems") == nullptr);
  }
  // A draft of its own for a part is more than can be followed.
  if (keyword == "$schema")
    return whole.schema != &whole.document->root() &&
           draft_named(whole.part("$schema")->get_ref<const std::string&>()) != whole.document->draft();
  return true;
}

// Pairs that are held against each other, so that circles end; no more than this.
using Seen = std::set<std::pair<const Json*, const Json*>>;
constexpr std::size_t kSamePairs = 2'000;

bool are_same(const SchemaFormula& one, const SchemaFormula& other, Seen& seen, int depth);

bool are_same_values(const SchemaFormula& one, const Json& a, const SchemaFormula& other, const Json& b,
                     Shape shape, Seen& seen, int depth) {
  const bool maps =
      shape == Shape::SchemaMap || shape == Shape::PatternMap || shape == Shape::SchemaOrTextsMap;
  const bool lists = shape == Shape::Schemas || shape == Shape::SchemaOrSchemas;
  if (shape == Shape::Schema || shape == Shape::SchemaOrFlag || (lists && !a.is_array() && !b.is_array()))
    return are_same(one.whole(a), other.whole(b), seen, depth - 1);
  if (lists && a.is_array() && b.is_array())
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const auto& x, const auto& y) {
      return are_same(one.whole(x), other.whole(y), seen, depth - 1);
    });
  if (!maps) return a == b;
  if (a.size() != b.size()) return false;
  for (const auto& [name, value] : a.get_ref<const Json::object_t&>()) {
    const auto* found = other.document->member(b, name);
    if (found == nullptr || value.is_array() != found->is_array()) return false;
    if (value.is_array() ? value != *found
                         : !are_same(one.whole(value), other.whole(*found), seen, depth - 1))
      return false;
  }
  return true;
}

bool are_same_references(const SchemaFormula& one, const SchemaFormula& other, Seen& seen, int depth) {
  const auto* a = one.document->target(*one.schema);
  const auto* b = other.document->target(*other.schema);
  return a != nullptr && b != nullptr && are_same(one.whole(*a), other.whole(*b), seen, depth - 1);
}

// Of what they assert, in the same words.
bool are_same(const SchemaFormula& one, const SchemaFormula& other, Seen& seen, int depth) {
  if (!one.schema->is_object() || !other.schema->is_object()) return *one.schema == *other.schema;
  if (depth == 0 || seen.size() >= kSamePairs) return false;
  if (!seen.emplace(one.schema, other.schema).second) return true;
  std::size_t members = 0, found = 0;
  for (const auto& [name, value] : other.schema->get_ref<const Json::object_t&>())
    members += other.document->is_assertion(name) ? 1 : 0;
  for (const auto& [name, value] : one.schema->get_ref<const Json::object_t&>()) {
    if (!one.document->is_assertion(name)) continue;
    // What these lead to depends on where they are met.
    if (name == "$dynamicRef" || name == "$recursiveRef") return false;
    const auto* there = other.part(name);
    if (there == nullptr) return false;
    ++found;
    const auto shape = *shape_of(one.document->draft(), name);
    if (!(name == "$ref" ? are_same_references(one, other, seen, depth)
                         : are_same_values(one, value, other, *there, shape, seen, depth)))
      return false;
  }
  return found == members;
}

bool are_equal_parts(const SchemaFormula& one, const SchemaFormula& other, std::string_view keyword) {
  const auto* a = one.part(keyword);
  const auto* b = other.part(keyword);
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

}  // namespace

std::vector<SchemaFormula> keywords_of(const SchemaFormula& whole) {
  std::vector<SchemaFormula> out;
  for (const auto& [name, value] : whole.schema->get_ref<const Json::object_t&>()) {
    const auto* rule = rule_of(name);
    if (rule == nullptr || whole.part(name) == nullptr || !has_effect(whole, rule->keyword)) continue;
    const auto formula = whole.of(keyword_of(whole, *rule));
    if (std::find(out.begin(), out.end(), formula) == out.end()) out.push_back(formula);
  }
  return out;
}

SchemaProperties properties_of(const SchemaFormula& formula) {
  SchemaProperties out{formula.part("properties"), formula.part("patternProperties"),
                       formula.part("additionalProperties")};
  if (out.rest == nullptr && stands_alone(formula, "unevaluatedProperties"))
    out.rest = formula.part("unevaluatedProperties");
  return out;
}

SchemaItems items_of(const SchemaFormula& formula) {
  const auto* items = formula.part("items");
  SchemaItems out{formula.part("prefixItems"), items};
  // Earlier drafts wrote the beginning as a list in `items`.
  if (items != nullptr && items->is_array()) out = {items, formula.part("additionalItems")};
  if (out.rest == nullptr && stands_alone(formula, "unevaluatedItems"))
    out.rest = formula.part("unevaluatedItems");
  return out;
}

SchemaTypes types_ruled(std::string_view keyword) {
  const auto* rule = rule_of(keyword);
  return rule == nullptr ? kAllTypes : rule->types;
}

bool is_same(const SchemaFormula& one, const SchemaFormula& other, std::size_t& cost) {
  if (one.document->draft() != other.document->draft() || one.keyword != other.keyword) return false;
  if (one.keyword == "pattern" || one.keyword == "format") return are_equal_parts(one, other, one.keyword);
  if (one.keyword == "content")
    return are_equal_parts(one, other, "contentEncoding") &&
           are_equal_parts(one, other, "contentMediaType") && one.part("contentSchema") == nullptr &&
           other.part("contentSchema") == nullptr;
  Seen seen;
  const bool same = are_same(one.whole(*one.schema), other.whole(*other.schema), seen, kSameDepth);
  cost += seen.size();
  return same;
}

}  // namespace toolhive::registry
