#include "registry/model/schema_document.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "registry/model/schema_values.hpp"
#include "registry/model/uri.hpp"

namespace toolhive::registry {
namespace {

// More steps are no way that anybody writes, but a circle.
constexpr int kSteps = 32;

constexpr std::array<std::string_view, 17> kNoAssertions = {
    "$schema",     "id",       "$id",         "$anchor",   "$dynamicAnchor", "$recursiveAnchor",
    "$vocabulary", "$comment", "definitions", "$defs",     "title",          "description",
    "default",     "examples", "readOnly",    "writeOnly", "deprecated"};

Draft draft_of_document(const Json& schema) {
  const auto stated = schema.is_object() ? schema.find("$schema") : schema.end();
  if (stated == schema.end() || !stated->is_string()) return Draft::V2020;
  return draft_named(stated->get_ref<const std::string&>()).value_or(Draft::V2020);
}

bool is_list_of_one(const Json& schema, std::string_view keyword) {
  if (keyword != "allOf" && keyword != "anyOf" && keyword != "oneOf") return false;
  const auto list = schema.find(keyword);
  return list->is_array() && list->size() == 1;
}

}  // namespace

SchemaDocument::SchemaDocument(const Json& root)
    : root_(root), draft_(draft_of_document(root)), references_(root, draft_) {
  walk(root, 0);
}

void SchemaDocument::walk(const Json& schema, std::size_t resource) {
  if (!schema.is_object()) return;
  resource = references_.enter(schema, resource);
  resources_.emplace(&schema, resource);
  for (const auto& [keyword, value] : schema.get_ref<const Json::object_t&>()) {
    const auto* shape = shape_of(draft_, keyword);
    if (shape == nullptr) continue;
    const bool one = *shape == Shape::Schema || *shape == Shape::SchemaOrFlag ||
                     (*shape == Shape::SchemaOrSchemas && !value.is_array());
    const bool several = *shape == Shape::Schemas || *shape == Shape::SchemaOrSchemas ||
                         *shape == Shape::SchemaMap || *shape == Shape::PatternMap ||
                         *shape == Shape::SchemaOrTextsMap;
    if (one) {
      walk(value, resource);
    } else if (several && value.is_structured()) {
      for (const auto& each : value) walk(each, resource);
    }
  }
}

const Json* SchemaDocument::part(const Json& schema, std::string_view keyword) {
  return shape_of(draft_, keyword) == nullptr ? nullptr : members_.find(schema, keyword);
}

bool SchemaDocument::is_assertion(std::string_view keyword) const {
  return shape_of(draft_, keyword) != nullptr &&
         std::find(kNoAssertions.begin(), kNoAssertions.end(), keyword) == kNoAssertions.end();
}

bool SchemaDocument::has_assertions(const Json& schema) const {
  if (!schema.is_object()) return false;
  const auto& members = schema.get_ref<const Json::object_t&>();
  return std::any_of(members.begin(), members.end(),
                     [&](const auto& each) { return is_assertion(each.first); });
}

std::string_view SchemaDocument::only_assertion(const Json& schema) const {
  std::string_view only;
  if (!schema.is_object()) return only;
  for (const auto& [keyword, value] : schema.get_ref<const Json::object_t&>()) {
    if (!is_assertion(keyword)) continue;
    if (!only.empty()) return {};
    only = keyword;
  }
  return only;
}

const std::unordered_set<std::string>& SchemaDocument::values(const Json& schema, std::string_view keyword) {
  const auto& stated = *part(schema, keyword);
  const auto [found, added] = values_.try_emplace(&stated);
  if (!added) return found->second;
  if (keyword == "const") {
    found->second.insert(text_of_value(stated));
  } else {
    for (const auto& value : stated) found->second.insert(text_of_value(value));
  }
  return found->second;
}

const Json* SchemaDocument::target(const Json& schema) {
  const auto* reference = part(schema, "$ref");
  const auto resource = resources_.find(&schema);
  if (reference == nullptr || !reference->is_string() || resource == resources_.end()) return nullptr;
  // Beside a $ref an $id does not count in earlier drafts, and the two can contradict each other.
  if (draft_ >= Draft::V7 && part(schema, draft_ == Draft::V4 ? "id" : "$id") != nullptr) return nullptr;
  const auto found = references_.resolve({resource->second, reference->get_ref<const std::string&>()});
  if (!found) return nullptr;
  // In earlier drafts it may be under a word that is no keyword.
  if (found->place == SchemaReferences::Place::Unknown && !resources_.contains(found->value)) {
    if (!reference->get_ref<const std::string&>().starts_with('#')) return nullptr;
    walk(*found->value, resource->second);
  }
  return found->value;
}

bool SchemaDocument::is_reference_only(const Json& schema) {
  if (part(schema, "$ref") == nullptr) return false;
  return draft_ >= Draft::V7 || only_assertion(schema) == "$ref";
}

bool SchemaDocument::refers_among_others(const Json& schema) {
  return part(schema, "$ref") != nullptr && !is_reference_only(schema);
}

SchemaDocument::Resolved SchemaDocument::resolved(const Json& schema, std::string pointer) {
  Resolved at{&schema, std::move(pointer)};
  for (int step = 0; step < kSteps && at.schema->is_object(); ++step) {
    if (is_reference_only(*at.schema)) {
      const auto* next = target(*at.schema);
      if (next == nullptr) break;
      const auto& text = part(*at.schema, "$ref")->get_ref<const std::string&>();
      const bool within = text == "#" || text.starts_with("#/");
      at = {next, within ? decode_fragment(text).value_or(text) : at.pointer + "/$ref"};
      continue;
    }
    const auto only = only_assertion(*at.schema);
    if (part(*at.schema, "$ref") != nullptr || !is_list_of_one(*at.schema, only)) break;
    at.pointer.append("/").append(only).append("/0");
    at.schema = &at.schema->find(only)->front();
  }
  return at;
}

bool accepts_all(const Json* schema) {
  return schema == nullptr || *schema == true || (schema->is_object() && schema->empty());
}

bool accepts_nothing(const Json& schema) {
  if (schema.is_boolean()) return schema == false;
  if (!schema.is_object()) return false;
  const auto negation = schema.find("not");
  return negation != schema.end() && (*negation == true || (negation->is_object() && negation->empty()));
}

}  // namespace toolhive::registry
