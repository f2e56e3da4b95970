#pragma once

#include <optional>
#include <string_view>

namespace toolhive::registry {

// The drafts of JSON Schema that are known, the newest first.
enum class Draft { V2020, V2019, V7, V6, V4 };

// The draft that the value of a $schema names; none when it is not known. Thread safe.
std::optional<Draft> draft_named(std::string_view uri);

// What a draft asks of the value of a keyword.
enum class Shape {
  Any,
  Text,
  Address,    // Text of an $id; since 2019-09 without a fragment.
  Anchor,     // Text of the characters that a name after # may have.
  Reference,  // Text that leads to a schema.
  Pattern,    // Text that is a regular expression.
  Flag,       // True or false.
  Number,
  PositiveNumber,
  Count,  // A whole number, 0 or more.
  List,
  SomeUniqueValues,  // A list of at least one, none twice.
  UniqueTexts,       // A list of texts, none twice.
  SomeUniqueTexts,   // At least one.
  Types,             // The name of a type, or a list of at least one, none twice.
  FlagMap,           // Members are flags.
  TextsMap,          // Members are UniqueTexts.
  Schema,
  SchemaOrFlag,  // In draft-04, where true and false are no schemas.
  Schemas,       // A list of at least one.
  SchemaOrSchemas,
  SchemaMap,
  PatternMap,        // SchemaMap whose names are Patterns.
  SchemaOrTextsMap,  // Members are schemas or UniqueTexts, in draft-04 SomeUniqueTexts.
};

// As the draft's own schema has it (https://json-schema.org/specification-links). Null for a
// keyword that the draft does not know: its value may be anything. Thread safe.
const Shape* shape_of(Draft draft, std::string_view keyword);

}  // namespace toolhive::registry
