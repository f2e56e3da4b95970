#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "registry/model/json.hpp"
#include "registry/model/member_index.hpp"
#include "registry/model/schema_keywords.hpp"
#include "registry/model/schema_references.hpp"

namespace toolhive::registry {

// One of two schemas that are compared, with what its references lead to. Refers to the schema,
// which must outlive it. Not thread safe.
class SchemaDocument {
 public:
  explicit SchemaDocument(const Json& root);

  // A schema, and where it is when that is known from a reference.
  struct Resolved {
    const Json* schema;
    std::string pointer;
  };

  const Json& root() const { return root_; }
  Draft draft() const { return draft_; }

  // The value of a keyword that the draft knows; null when there is none.
  const Json* part(const Json& schema, std::string_view keyword);
  // A member by its name, of any object.
  const Json* member(const Json& object, std::string_view name) { return members_.find(object, name); }

  // Whether a keyword says what is accepted, rather than what it is called or means.
  bool is_assertion(std::string_view keyword) const;
  // Whether the schema has any such keyword.
  bool has_assertions(const Json& schema) const;
  // The one keyword of the schema that asserts something; empty when there are none or several.
  std::string_view only_assertion(const Json& schema) const;

  // The values that `const` or `enum` of a schema lists, as texts that equal values share.
  const std::unordered_set<std::string>& values(const Json& schema, std::string_view keyword);

  // Whether a $ref is all that counts of the schema.
  bool is_reference_only(const Json& schema);
  // What the $ref of a schema leads to; null when that cannot be told.
  const Json* target(const Json& schema);
  // What a schema that is nothing but a reference, or a list of one schema, stands for. `pointer`
  // is its own.
  Resolved resolved(const Json& schema, std::string pointer = "");
  // Whether a $ref stands beside assertions that count.
  bool refers_among_others(const Json& schema);

 private:
  void walk(const Json& schema, std::size_t resource);

  const Json& root_;
  const Draft draft_;
  SchemaReferences references_;
  MemberIndex members_;
  std::unordered_map<const Json*, std::size_t> resources_;
  // By the keyword's value.
  std::unordered_map<const Json*, std::unordered_set<std::string>> values_;
};

// Whether everything matches the schema, as far as its first look tells; a null one is none.
bool accepts_all(const Json* schema);

// Whether nothing matches the schema, as far as its first look tells.
bool accepts_nothing(const Json& schema);

}  // namespace toolhive::registry
