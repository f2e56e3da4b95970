#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "registry/model/json.hpp"
#include "registry/model/schema.hpp"
#include "registry/model/schema_keywords.hpp"
#include "registry/model/schema_references.hpp"

namespace toolhive::registry {

// One walk through a schema that holds each keyword against what its draft asks. Takes time in
// proportion to the schema's size (to n log n for lists whose items must differ), also when it
// finds something wrong. One thread, one use.
class SchemaCheck {
 public:
  // `field` is the JSON pointer of the schema itself. Refers to all of these.
  SchemaCheck(const Json& root, Draft draft, std::string_view field, const SchemaLimits& limits);

  // Invalid with the JSON pointer of the first place that is wrong.
  Result<void> run();

 private:
  bool schema(const Json& value);
  bool members(const Json& value);
  bool fits(const Json& value, Shape shape);
  bool address(const Json& value);
  bool anchor(const Json& value);
  bool pattern(std::string_view text);
  bool types(const Json& value);
  bool type(const Json& value);
  bool unique_texts(const Json& value, bool some);
  bool unique_values(const Json& value);
  bool schemas(const Json& value);
  bool references();

  template <class Each>
  bool each_item(const Json& list, Each each);
  template <class Each>
  bool each_member(const Json& map, Each each);

  // False, with the error about the place that the walk is at.
  bool refuse(std::string detail);
  // The same when `good` does not hold: the value has to be `what`.
  bool expect(bool good, std::string_view what);
  bool limit(std::string detail);
  std::string pointer() const;

  // A step of the walk, by a member's name or an item's number.
  struct Step {
    std::string_view name;
    std::size_t index = 0;
  };

  const Json& root_;
  const Draft draft_;
  std::string field_;
  const SchemaLimits& limits_;
  SchemaReferences references_;
  std::vector<Step> steps_;
  std::size_t depth_ = 0;
  std::size_t count_ = 0;
  std::size_t resource_ = 0;
  std::optional<Error> error_;
};

}  // namespace toolhive::registry
