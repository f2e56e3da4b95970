#pragma once

#include <compare>
#include <string_view>
#include <vector>

#include "registry/model/json.hpp"
#include "registry/model/schema_document.hpp"
#include "registry/model/schema_types.hpp"

namespace toolhive::registry {

// What is said of a value: that it matches a schema, or the part of it that one keyword makes,
// together with those beside it that the keyword means nothing without.
struct SchemaFormula {
  SchemaDocument* document;
  const Json* schema;
  std::string_view keyword = {};  // Empty: the whole schema.
  // By policy nobody has sent a property of which nothing was said.
  bool lenient = false;

  auto operator<=>(const SchemaFormula&) const = default;

  const Json* part(std::string_view name) const { return document->part(*schema, name); }
  SchemaFormula whole(const Json& other) const { return {document, &other, {}, lenient}; }
  SchemaFormula of(std::string_view name) const { return {document, schema, name, lenient}; }
};

// What is to be proved: each value of these types of which all on the left is true has something on
// the right that is true of it.
struct SchemaSequent {
  std::vector<SchemaFormula> left, right;
  SchemaTypes types = kAllTypes;

  auto operator<=>(const SchemaSequent&) const = default;
};

// The formulas of the keywords that a schema, an object, consists of.
std::vector<SchemaFormula> keywords_of(const SchemaFormula& whole);

// The types of which a keyword says something; of values of others it is true.
SchemaTypes types_ruled(std::string_view keyword);

// What rules the properties of an object: each by its name, by patterns, and those that neither
// names. Null where there is nothing.
struct SchemaProperties {
  const Json *named, *patterns, *rest;
};
SchemaProperties properties_of(const SchemaFormula& formula);

// What rules the items of an array: the first ones each by its own schema, and all after them.
struct SchemaItems {
  const Json *prefix, *rest;
};
SchemaItems items_of(const SchemaFormula& formula);

// Whether both say the same, for keywords of which nothing else can be told. Adds to `cost` how
// many schemas it looked at.
bool is_same(const SchemaFormula& one, const SchemaFormula& other, std::size_t& cost);

}  // namespace toolhive::registry
