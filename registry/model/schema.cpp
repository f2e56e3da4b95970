#include "registry/model/schema.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "registry/model/schema_check.hpp"
#include "registry/model/schema_keywords.hpp"

namespace toolhive::registry {
namespace {

Result<Draft> draft_of(const Json& schema, std::string_view field) {
  const auto it = schema.find("$schema");
  if (it == schema.end()) return Draft::V2020;
  if (!it->is_string()) return Error{Code::Invalid, "$schema must be a string", pointer_to(field, "$schema")};
  if (const auto draft = draft_named(it->get_ref<const std::string&>())) return *draft;
  return Error{Code::Invalid,
               "$schema names an unsupported draft; use https://json-schema.org/draft/2020-12/schema "
               "(2019-09, draft-07, -06 "
               "and -04 are known as well) or leave it out",
               pointer_to(field, "$schema")};
}

}  // namespace

Result<void> check_schema(const Json& schema, std::string_view field, const SchemaLimits& limits) {
  if (schema.is_boolean()) return {};
  if (!schema.is_object()) return Error{Code::Invalid, "a JSON Schema must be an object", std::string(field)};
  const auto draft = draft_of(schema, field);
  if (!draft) return draft.error();
  return SchemaCheck(schema, *draft, field, limits).run();
}

}  // namespace toolhive::registry
