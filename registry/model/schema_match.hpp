#pragma once

#include <cstddef>
#include <optional>

#include "registry/model/json.hpp"
#include "registry/model/schema_formula.hpp"

namespace toolhive::registry {

// Holds single values against schemas. Refers to nothing; one thread.
class SchemaMatch {
 public:
  // `cost` is added to as values and schemas are looked at; beyond `limit` nothing can be told.
  SchemaMatch(std::size_t& cost, std::size_t limit) : cost_(cost), limit_(limit) {}

  // Whether what the formula says is true of the value. None when that cannot be told: of formats,
  // of patterns that are not looked into, of dynamic references.
  std::optional<bool> holds(const Json& value, const SchemaFormula& formula);

 private:
  std::optional<bool> whole(const Json& value, const SchemaFormula& formula);
  std::optional<bool> keyword(const Json& value, const SchemaFormula& formula);
  std::optional<bool> is_listed(const Json& value, const SchemaFormula& formula);
  std::optional<bool> number(const Json& value, const SchemaFormula& formula);
  std::optional<bool> text(const Json& value, const SchemaFormula& formula);
  std::optional<bool> array(const Json& value, const SchemaFormula& formula);
  std::optional<bool> items(const Json& value, const SchemaFormula& formula);
  std::optional<bool> contains(const Json& value, const SchemaFormula& formula);
  std::optional<bool> object(const Json& value, const SchemaFormula& formula);
  std::optional<bool> properties(const Json& value, const SchemaFormula& formula);
  std::optional<bool> property(const std::string& name, const Json& value, const SchemaFormula& formula,
                               const SchemaProperties& rules);
  std::optional<bool> dependencies(const Json& value, const SchemaFormula& formula);
  std::optional<bool> one_of(const Json& value, const SchemaFormula& formula);
  std::optional<bool> condition(const Json& value, const SchemaFormula& formula);

  std::size_t& cost_;
  const std::size_t limit_;
  int depth_ = 0;
};

}  // namespace toolhive::registry
