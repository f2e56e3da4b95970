// Which tools a client may show: those whose annotations of headers are in order.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "controller/mcp/message/parameter_headers.hpp"

namespace {

using namespace toolhive;

Json schema_with(const Json& properties) {
  return {{"type", "object"}, {"properties", properties}};
}

Json annotated(const std::string& type, const Json& name) {
  return {{"type", type}, {"x-mcp-header", name}};
}

std::string refusal_of(const Json& schema) {
  const Status status = mcp::check_parameter_headers(schema);
  CHECK((status.ok() || status.code() == Code::Invalid));
  return status.message();
}

void check_refused(const Json& properties, const std::string& words) {
  const std::string refusal = refusal_of(schema_with(properties));
  CHECK_MESSAGE(refusal.find(words) != std::string::npos, properties.dump() << ": " << refusal);
}

}  // namespace

TEST_SUITE_BEGIN("headers from parameters");

TEST_CASE("a token on a string, an integer or a boolean that properties lead to is taken") {
  CHECK(refusal_of(schema_with(
            {{"a", annotated("string", "Region")},
             {"b", annotated("integer", "X_!#$%&'*+-.^`|~9")},
             {"c", annotated("boolean", "c")},
             {"d", {{"type", "object"}, {"properties", {{"e", annotated("string", "Deep")}}}}}})) == "");
  CHECK(refusal_of(Json::object()) == "");
  CHECK(refusal_of(nullptr) == "");
}

TEST_CASE("a name that no header can have is refused with its place") {
  for (const Json& name : {Json(""), Json("My Region"), Json("Region:"), Json("Régi"), Json("a\tb"),
                           Json("a\r\nb"), Json(1), Json(nullptr), Json(Json::array({"a"}))})
    check_refused({{"a/b", annotated("string", name)}},
                  "/inputSchema/properties/a~1b/x-mcp-header is not the name");
}

TEST_CASE("what has no text of its own is refused") {
  for (const char* type : {"object", "array", "null", "number"})
    check_refused({{"a", annotated(type, "A")}}, "is no string, integer or boolean");
  check_refused({{"a", {{"x-mcp-header", "A"}}}}, "is no string, integer or boolean");
}

TEST_CASE("one name for two parameters is refused, whatever its case and place") {
  check_refused({{"a", annotated("string", "Same")}, {"b", annotated("string", "Same")}}, "the same name");
  check_refused(
      {{"a", annotated("string", "Same")}, {"b", {{"properties", {{"c", annotated("string", "sAME")}}}}}},
      "the same name");
}

TEST_CASE("an annotation that properties alone do not lead to is refused") {
  const Json one = annotated("string", "A");
  const Json nested = {{"type", "object"}, {"properties", {{"x", one}}}};
  const char* const kPlace = "that `properties` alone lead to";
  for (const char* keyword : {"items", "not", "if", "then", "else", "additionalProperties"}) {
    check_refused({{"a", {{keyword, one}}}}, kPlace);
    check_refused({{"a", {{keyword, nested}}}}, kPlace);
  }
  for (const char* keyword : {"oneOf", "anyOf", "allOf", "prefixItems"})
    check_refused({{"a", {{keyword, {{{"type", "null"}}, nested}}}}}, kPlace);
  for (const char* keyword : {"$defs", "definitions", "patternProperties", "dependentSchemas"}) {
    Json schema = schema_with(Json::object());
    schema[keyword] = {{"x-mcp-header", one}};
    CHECK(refusal_of(schema).find(kPlace) != std::string::npos);
  }
  CHECK(refusal_of({{"type", "object"}, {"x-mcp-header", "A"}}).find(kPlace) != std::string::npos);
}

TEST_CASE("a parameter of that name, and data that have it, are no annotations") {
  CHECK(refusal_of(schema_with({{"x-mcp-header", {{"type", "object"}}}})) == "");
  for (const char* keyword : {"const", "default"})
    CHECK(refusal_of(schema_with({{"a", {{keyword, {{"x-mcp-header", "not a token"}}}}}})) == "");
  for (const char* keyword : {"enum", "examples"})
    CHECK(refusal_of(schema_with({{"a", {{keyword, Json::array({{{"x-mcp-header", 1}}})}}}})) == "");
}

TEST_SUITE_END();
