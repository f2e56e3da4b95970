#include "registry/model/schema.hpp"

#include <array>
#include <jsoncons/json.hpp>
#include <jsoncons_ext/jsonschema/jsonschema.hpp>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "registry/model/plain_schema.hpp"
#include "registry/model/schema_copy.hpp"

namespace toolhive::registry {
namespace {

namespace js = jsoncons::jsonschema;
using Validator = js::json_schema<jsoncons::json>;

struct Draft {
  std::string_view uri;
  std::string_view name;
};
constexpr std::array kDrafts = {Draft{"https://json-schema.org/draft/2020-12/schema", "2020-12"},
                                Draft{"https://json-schema.org/draft/2019-09/schema", "2019-09"},
                                Draft{"http://json-schema.org/draft-07/schema", "draft-07"},
                                Draft{"http://json-schema.org/draft-06/schema", "draft-06"},
                                Draft{"http://json-schema.org/draft-04/schema", "draft-04"}};

// What the library takes for the address of a schema that states none.
constexpr std::string_view kNoBase = "https://jsoncons.com";

/// The validator of a draft's own schema, built on first use and kept.
const Validator& meta_validator(std::size_t draft) {
  static std::array<std::once_flag, kDrafts.size()> once;
  static std::array<std::unique_ptr<Validator>, kDrafts.size()> validators;
  std::call_once(once[draft], [draft] {
    const std::string uri = std::string(kDrafts[draft].uri) + (draft < 2 ? "" : "#");
    validators[draft] = std::make_unique<Validator>(
        js::make_json_schema(js::meta_resolver<jsoncons::json>(jsoncons::uri(uri))));
  });
  return *validators[draft];
}

Result<std::size_t> draft_of(const Json& schema, std::string_view field) {
  const auto it = schema.find("$schema");
  if (it == schema.end()) return std::size_t{0};
  if (!it->is_string()) return Error{Code::Invalid, "$schema must be a string", pointer_to(field, "$schema")};
  std::string_view uri = it->get_ref<const std::string&>();
  if (uri.ends_with('#')) uri.remove_suffix(1);
  for (std::size_t i = 0; i < kDrafts.size(); ++i) {
    if (kDrafts[i].uri == uri) return i;
  }
  return Error{Code::Invalid,
               "$schema names an unsupported draft; use https://json-schema.org/draft/2020-12/schema "
               "(2019-09, draft-07, -06 "
               "and -04 are known as well) or leave it out",
               pointer_to(field, "$schema")};
}

/// The message about the innermost place, out of those that a validator nests into each other; of several the first.
struct DeepestMessage {
  std::string text = "it does not match the draft's own schema";
  std::string place;

  void look_at(const js::validation_message& message) {
    for (const auto& detail : message.details()) look_at(detail);
    // One with details only says that what they name is wrong.
    if (!message.details().empty()) return;
    auto here = message.instance_location().string();
    if (seen_ && here.size() <= place.size()) return;
    seen_ = true;
    place = std::move(here);
    text = message.message();
  }

 private:
  bool seen_ = false;
};

/// Says what is wrong with a schema that is not valid. The draft's own schema only tells that some property
/// is wrong; so each subschema is checked on its own, inner ones first, and the first that fails is where the
/// cause is.
Error explain(const Json& schema, const std::string& field, std::size_t draft, const SchemaLimits& limits) {
  const auto& validator = meta_validator(draft);
  std::optional<Error> cause;
  SchemaCopy walk(limits, [&](const std::string& at, const Json& copy) {
    if (cause) return;
    const auto value = jsoncons::json::parse(copy.dump());
    if (validator.is_valid(value)) return;
    DeepestMessage deepest;
    validator.validate(value, [&deepest](const js::validation_message& message) {
      deepest.look_at(message);
      return js::walk_result::abort;  // To go on would leave out the details.
    });
    cause = Error{Code::Invalid,
                  "not a valid JSON Schema (" + std::string(kDrafts[draft].name) + "): " + deepest.text,
                  at + deepest.place};
  });
  (void)walk.copy(schema, field);
  if (cause) return std::move(*cause);
  return Error{Code::Invalid, "not a valid JSON Schema (" + std::string(kDrafts[draft].name) + ")", field};
}

Error explain_reference(const std::string& field, std::string target) {
  if (target.starts_with(kNoBase)) {
    target.erase(0, kNoBase.size());
    if (target.starts_with('#')) {
      return Error{Code::Invalid, "a $ref leads to " + target + ", which the schema does not hold", field};
    }
  }
  return Error{Code::Invalid,
               "a $ref leads out of the schema to " + target +
                   ", and references are never fetched; copy what it names into $defs",
               field};
}

}  // namespace

Result<void> check_schema(const Json& schema, std::string_view field, const SchemaLimits& limits) {
  const std::string at(field);
  if (schema.is_boolean()) return {};
  if (!schema.is_object()) return Error{Code::Invalid, "a JSON Schema must be an object", at};
  if (is_plain_schema(schema, limits)) return {};
  return check_schema_closely(schema, field, limits);
}

Result<void> check_schema_closely(const Json& schema, std::string_view field, const SchemaLimits& limits) {
  const std::string at(field);
  const auto draft = draft_of(schema, field);
  if (!draft) return draft.error();

  SchemaCopy copier(limits);
  const Json copy = copier.copy(schema, at);
  if (copier.error()) return *copier.error();

  std::string unresolved;
  try {
    const auto value = jsoncons::json::parse(copy.dump());
    if (!meta_validator(*draft).is_valid(value)) return explain(schema, at, *draft, limits);
    if (!copier.has_reference()) return {};
    const auto resolver = [&unresolved](const jsoncons::uri& uri) {
      unresolved = uri.string();
      return jsoncons::json::null();
    };
    js::evaluation_options options;
    options.default_version(std::string(kDrafts[*draft].uri) + (*draft < 2 ? "" : "#"));
    (void)js::make_json_schema(value, resolver, options);
  } catch (const std::exception& cause) {
    if (!unresolved.empty()) return explain_reference(at, std::move(unresolved));
    return Error{Code::Invalid, std::string("the JSON Schema cannot be used: ") + cause.what(), at};
  }
  return {};
}

}  // namespace toolhive::registry
