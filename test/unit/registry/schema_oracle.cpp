#include "schema_oracle.hpp"

#include <exception>
#include <jsoncons/json.hpp>
#include <jsoncons_ext/jsonschema/jsonschema.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace toolhive::registry::test {
namespace {

namespace js = jsoncons::jsonschema;
using Validator = js::json_schema<jsoncons::json>;

std::string draft_uri(const Json& schema) {
  auto uri = schema.is_object() ? schema.value("$schema", "") : std::string();
  if (uri.empty()) return "https://json-schema.org/draft/2020-12/schema";
  if (uri.starts_with("http://") && !uri.ends_with('#')) uri += '#';
  return uri;
}

const Validator& validator_of(const std::string& uri) {
  static std::map<std::string, Validator> validators;
  auto found = validators.find(uri);
  if (found == validators.end()) {
    auto schema = js::make_json_schema(js::meta_resolver<jsoncons::json>(jsoncons::uri(uri)));
    found = validators.emplace(uri, std::move(schema)).first;
  }
  return found->second;
}

}  // namespace

bool is_valid_by_draft(const Json& schema) {
  return validator_of(draft_uri(schema)).is_valid(jsoncons::json::parse(schema.dump()));
}

bool resolves(const Json& schema) {
  const auto fetch_nothing = [](const jsoncons::uri&) { return jsoncons::json::null(); };
  js::evaluation_options options;
  options.default_version(draft_uri(schema));
  try {
    (void)js::make_json_schema(jsoncons::json::parse(schema.dump()), fetch_nothing, options);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace toolhive::registry::test
