#include "registry/model/schema.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "registry/model/plain_schema.hpp"

using namespace toolhive::registry;

namespace {

Result<void> check(const std::string& text, const SchemaLimits& limits = {}) {
  auto schema = parse_json(text);
  REQUIRE(schema.ok());
  return check_schema(*schema, "/inputSchema", limits);
}

Error schema_refusal(const std::string& text, const SchemaLimits& limits = {}) {
  auto checked = check(text, limits);
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.error().code == Code::Invalid);
  return checked.error();
}

}  // namespace

TEST_CASE("the error about an invalid schema points at the innermost wrong place") {
  CHECK(schema_refusal(R"({"type":"objekt"})").field == "/inputSchema/type");
  CHECK(schema_refusal(R"({"type":"objekt"})").detail.find("'objekt' is not a valid enum value") !=
        std::string::npos);
  CHECK(schema_refusal(R"({"properties":{"a":{"type":"strin"}}})").field == "/inputSchema/properties/a/type");
  CHECK(schema_refusal(R"({"properties":{"a":{"items":{"minimum":"3"}}}})").field ==
        "/inputSchema/properties/a/items/minimum");
  CHECK(schema_refusal(R"({"anyOf":[{"type":"string"},{"required":"a"}]})").field ==
        "/inputSchema/anyOf/1/required");
  CHECK(schema_refusal(R"({"required":["a","a"]})").field == "/inputSchema/required");
}

TEST_CASE("references inside the schema are followed, also by $id and $anchor") {
  CHECK(check(R"({"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":"integer"}}})").ok());
  CHECK(check(R"({"properties":{"a":{"$ref":"#"}}})").ok());
  CHECK(
      check(
          R"({"$id":"https://example.com/a.json","properties":{"a":{"$ref":"b.json"}},"$defs":{"b":{"$id":"b.json"}}})")
          .ok());
  CHECK(check(R"({"properties":{"a":{"$ref":"#here"}},"$defs":{"x":{"$anchor":"here"}}})").ok());
}

TEST_CASE("a reference that leads nowhere is refused, and none is fetched") {
  CHECK(schema_refusal(R"({"properties":{"a":{"$ref":"#/$defs/nope"}}})").detail.find("#/$defs/nope") !=
        std::string::npos);
  const auto outside = schema_refusal(R"({"properties":{"a":{"$ref":"https://example.com/x.json"}}})");
  CHECK(outside.detail.find("https://example.com/x.json") != std::string::npos);
  CHECK(outside.detail.find("never fetched") != std::string::npos);
  CHECK(
      schema_refusal(R"({"properties":{"a":{"$ref":"file:///etc/passwd"}}})").detail.find("never fetched") !=
      std::string::npos);
}

TEST_CASE("older drafts are checked by their own rules, an unknown one is refused") {
  CHECK(
      check(
          R"({"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{}}})")
          .ok());
  CHECK(check(R"({"$schema":"http://json-schema.org/draft-07/schema","items":[{"type":"string"}]})").ok());
  CHECK_FALSE(check(R"({"items":[{"type":"string"}]})").ok());  // 2020-12 calls this prefixItems.
  CHECK(schema_refusal(R"({"$schema":"http://json-schema.org/draft-04/schema#","required":[]})").field ==
        "/inputSchema/required");
  CHECK(check(R"({"$schema":"http://json-schema.org/draft-06/schema#","required":[]})").ok());
  CHECK(
      schema_refusal(R"({"$schema":"https://json-schema.org/draft/2019-09/schema","minLength":-1})").field ==
      "/inputSchema/minLength");
  CHECK(schema_refusal(R"({"$schema":"http://json-schema.org/draft-03/schema#"})").field ==
        "/inputSchema/$schema");
  CHECK(schema_refusal(R"({"$schema":7})").field == "/inputSchema/$schema");
}

TEST_CASE("regular expressions of JavaScript are no error, and huge ones no danger") {
  CHECK(check(R"({"properties":{"a":{"pattern":"^\\p{L}+(?<=x)(?<n>y)$"}}})").ok());
  CHECK(check(R"({"patternProperties":{"^\\p{Lu}":{"type":"string"},"[":{}}})").ok());
  CHECK(check(R"({"properties":{"a":{"pattern":")" + std::string(100'000, '(') + R"("}}})").ok());
  CHECK(check(R"({"patternProperties":{")" + std::string(100'000, '(') + R"(":{}}})").ok());
  CHECK(check(R"({"properties":{"pattern":{"type":"string"},"patternProperties":{"type":"object"}}})").ok());
  CHECK(schema_refusal(R"({"properties":{"a":{"pattern":7}}})").field == "/inputSchema/properties/a/pattern");
}

TEST_CASE("schemas nested deeper or more than the limits are refused") {
  std::string deep;
  for (int i = 0; i < 5; ++i) deep += R"({"not":)";
  deep += "{}" + std::string(5, '}');
  CHECK(check(deep, {5, 100}).ok());
  CHECK(schema_refusal(deep, {4, 100}).detail.find("limits.schemaDepth") != std::string::npos);
  CHECK(check(deep, {5, 6}).ok());
  CHECK(schema_refusal(deep, {5, 5}).detail.find("limits.schemaCount") != std::string::npos);
}

TEST_CASE("references in a circle end") {
  CHECK(check(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})").ok());
}

TEST_CASE(
    "the short cut for plain schemas takes usual ones, and agrees with the draft's own schema on any value") {
  const auto parse = [](const std::string& text) {
    auto schema = parse_json(text);
    REQUIRE(schema.ok());
    return std::move(*schema);
  };
  CHECK(is_plain_schema(parse(R"({"type":"object","properties":{"a":{"type":["string","null"],"default":null},
    "b":{"$ref":"#/$defs/B"}},"$defs":{"B":{"anyOf":[{"type":"integer","minimum":0},{"enum":["x"]}]}},"required":["a"]})"),
                        {}));
  CHECK_FALSE(is_plain_schema(parse(R"({"not":{"not":{}}})"), {1, 100}));
  CHECK_FALSE(is_plain_schema(parse(R"({"not":{"not":{}}})"), {9, 2}));

  const char* keywords[] = {"$comment",
                            "title",
                            "format",
                            "pattern",
                            "default",
                            "const",
                            "enum",
                            "examples",
                            "deprecated",
                            "uniqueItems",
                            "minimum",
                            "exclusiveMaximum",
                            "multipleOf",
                            "minLength",
                            "maxItems",
                            "minContains",
                            "maxProperties",
                            "required",
                            "type",
                            "additionalProperties",
                            "if",
                            "items",
                            "not",
                            "unevaluatedItems",
                            "allOf",
                            "oneOf",
                            "prefixItems",
                            "$defs",
                            "dependentSchemas",
                            "properties",
                            "patternProperties",
                            "$ref",
                            "$schema",
                            "$id",
                            "$anchor",
                            "dependentRequired",
                            "unknown"};
  const char* values[] = {"null",
                          "true",
                          "0",
                          "-1",
                          "1.5",
                          "2.0",
                          "0.0",
                          "1e300",
                          "\"text\"",
                          "\"object\"",
                          "\"#/$defs/a\"",
                          "\"#\"",
                          "[]",
                          "[\"a\",\"b\"]",
                          "[\"a\",\"a\"]",
                          "[\"string\",\"null\"]",
                          "[{}]",
                          "[true,{}]",
                          "[1]",
                          "{}",
                          "{\"a\":{}}",
                          "{\"a\":true}",
                          "{\"a\":1}",
                          "{\"type\":7}",
                          "{\"a\":[\"b\"]}"};
  for (const char* keyword : keywords) {
    for (const char* value : values) {
      const auto text = std::string("{\"").append(keyword).append("\":").append(value).append("}");
      CAPTURE(text);
      const auto schema = parse(text);
      if (is_plain_schema(schema, {})) CHECK(check_schema_closely(schema, "").ok());
    }
  }
}
