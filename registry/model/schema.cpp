#include "registry/model/schema.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "registry/model/schema_check.hpp"
#include "registry/model/schema_keywords.hpp"

namespace toolhive::registry {
namespace {

constexpr std::array<std::string_view, 5> kDraftUris = {
    "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-06/schema",
    "http://json-schema.org/draft-04/schema"};

Result<Draft> draft_of(const Json& schema, std::string_view field) {
  const auto it = schema.find("$schema");
  if (it == schema.end()) return Draft::V2020;
  if (!it->is_string()) return Error{Code::Invalid, "$schema must be a string", pointer_to(field, "$schema")};
  std::string_view uri = it->get_ref<const std::string&>();
  if (uri.ends_with('#')) uri.remove_suffix(1);
  for (std::size_t i = 0; i < kDraftUris.size(); ++i) {
    if (kDraftUris[i] == uri) return static_cast<Draft>(i);
  }
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
