#include "registry/model/schema.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "schema_oracle.hpp"

using namespace toolhive::registry;
using toolhive::registry::test::is_valid_by_draft;
using toolhive::registry::test::resolves;

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
  CHECK(schema_refusal(R"({"type":"objekt"})").detail ==
        "not a valid JSON Schema (2020-12): must be one of array, boolean, integer, null, number, object and "
        "string");
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

TEST_CASE("a draft may be named with either scheme, and with or without an empty fragment") {
  for (const char* draft : {"draft/2020-12", "draft/2019-09", "draft-07", "draft-06", "draft-04"}) {
    for (const char* scheme : {"http://", "https://"}) {
      for (const char* fragment : {"", "#"}) {
        const auto uri = std::string(scheme) + "json-schema.org/" + draft + "/schema" + fragment;
        CAPTURE(uri);
        CHECK(check_schema(Json{{"$schema", uri}, {"type", "object"}}, "/inputSchema", {}).ok());
      }
    }
  }
  // By the draft that is named, not by the latest.
  CHECK_FALSE(check_schema(Json{{"$schema", "https://json-schema.org/draft-07/schema"}, {"items", {1}}},
                           "/inputSchema", {})
                  .ok());
  for (const char* other : {"json-schema.org/draft-07/schema", "ftp://json-schema.org/draft-07/schema",
                            "http://json-schema.org/schema#", "http://json-schema.org/draft-07/schema#/",
                            "http://example.com/draft-07/schema", "", "//", "http://"}) {
    CAPTURE(other);
    CHECK_FALSE(check_schema(Json{{"$schema", other}}, "/inputSchema", {}).ok());
  }
}

TEST_CASE("what an earlier draft had in a place is said of what is found there") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"exclusiveMinimum":true})", "draft-04's"},
      {R"({"exclusiveMaximum":false})", "draft-04's"},
      {R"({"properties":{"n":{"required":true}}})", "draft-03's"},
      {R"({"required":null})", "leave it out"},
      {R"({"properties":{"n":{"description":null}}})", "leave it out"},
  };
  for (const auto& [schema, said] : cases) {
    CAPTURE(schema);
    const auto refused = check_schema(Json::parse(schema), "/inputSchema", {});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().detail.find(said) != std::string::npos);
  }
}

TEST_CASE("a pattern that nobody can compile is refused with the place, and what one dialect has is not") {
  const auto refusal = [](const std::string& pattern) {
    const auto result =
        check_schema(Json{{"properties", {{"a", {{"pattern", pattern}}}}}}, "/inputSchema", {});
    return result.ok() ? std::string() : result.error().field + ": " + result.error().detail;
  };
  const std::string at =
      "/inputSchema/properties/a/pattern: not a valid JSON Schema (2020-12): must be a regular "
      "expression (ECMA-262), and this one ";
  const std::pair<const char*, const char*> bad[] = {
      {"(", "has a ( without its )"},
      {"a)(b", "has a ) without its ("},
      {"^(a|(b)$", "has a ( without its )"},
      {"[a-z", "has a [ without its ]"},
      {"[a\\]", "has a [ without its ]"},
      {"*.txt", "repeats what is not there"},
      {"a|+", "repeats what is not there"},
      {"(?*)", "repeats what is not there"},
      {"a\\", "ends in a backslash that escapes nothing"},
  };
  for (const auto& [pattern, said] : bad) CHECK(refusal(pattern) == at + said);
  for (const char* pattern :
       {"",         "^$",    "()",     "(|a)",   "a**",     "a{2,3}?",
        "{",        "]",     "[]",     "[^]]",   "[(*]",    "\\(",
        "\\[",      "[\\]]", "(?:a)+", "(?=a)b", "(?<!a)b", "(?<n>a)\\k<n>",
        "(?P<n>a)", "(?i)a", "a++",    "^*",     "\\p{Lu}", "^(([a-z])+.)+[A-Z]([a-z])+$"}) {
    CAPTURE(pattern);
    CHECK(refusal(pattern) == "");
  }
  CHECK(schema_refusal(R"({"patternProperties":{"^a":{},"[":{}}})").field ==
        "/inputSchema/patternProperties/[");
  CHECK(check(R"({"properties":{"(":{"const":{"pattern":"("}}}})").ok());
}

TEST_CASE("of two different schemas of one name nobody can tell which is meant") {
  const auto refused_at = [](const std::string& schema) {
    const auto result = check_schema(Json::parse(schema), "/inputSchema", {});
    return result.ok() ? std::string() : result.error().field;
  };
  CHECK(refused_at(R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x","type":"string"}}})") ==
        "/inputSchema/$defs/b");
  CHECK(refused_at(R"({"$defs":{"a":{"$anchor":"x"},"b":{"$dynamicAnchor":"x"}}})") ==
        "/inputSchema/$defs/b");
  CHECK(refused_at(R"({"$defs":{"a":{"$id":"x"},"b":{"$id":"./x","type":"string"}}})") ==
        "/inputSchema/$defs/b");
  CHECK(refused_at(R"({"$id":"http://a.example/s","$defs":{"b":{"$id":"s"}}})") == "/inputSchema/$defs/b");
  CHECK(refused_at(R"({"$schema":"http://json-schema.org/draft-07/schema",)"
                   R"("definitions":{"a":{"$id":"#x"},"b":{"$id":"#x","type":"string"}}})") ==
        "/inputSchema/definitions/b");
  // Each resource has names of its own, generators copy a schema with its name, and what is no
  // schema has none.
  CHECK(
      refused_at(
          R"({"$defs":{"a":{"$anchor":"x"},"b":{"$id":"b","$defs":{"c":{"$anchor":"x","type":"null"}}}}})") ==
      "");
  CHECK(refused_at(R"({"properties":{"a":{"$id":"T","$defs":{"d":{"$anchor":"x"}}},)"
                   R"("b":{"$id":"T","$defs":{"d":{"$anchor":"x"}}}}})") == "");
  CHECK(refused_at(R"({"$defs":{"a":{"$anchor":"x"},"b":{"const":{"$anchor":"x"}}}})") == "");
  CHECK(refused_at(R"({"$anchor":"x","$dynamicAnchor":"x"})") == "");
}

TEST_CASE("a count may be larger than any number of 64 bits, and written with an exponent") {
  for (const char* count : {"18446744073709551616", "1e3", "2.0", "18446744073709551615"}) {
    CAPTURE(count);
    CHECK(check(R"({"properties":{"a":{"maxLength":)" + std::string(count) + "}}}").ok());
  }
}

TEST_CASE("regular expressions of JavaScript are no error, and huge ones no danger") {
  CHECK(check(R"({"properties":{"a":{"pattern":"^\\p{L}+(?<=x)(?<n>y)$"}}})").ok());
  CHECK(check(R"({"patternProperties":{"^\\p{Lu}":{"type":"string"},"[^]":{}}})").ok());
  const auto nested = std::string(100'000, '(') + std::string(100'000, ')');
  CHECK(check(R"({"properties":{"a":{"pattern":")" + nested + R"("}}})").ok());
  CHECK(check(R"({"patternProperties":{")" + nested + R"(":{}}})").ok());
  CHECK(schema_refusal(R"({"properties":{"a":{"pattern":")" + std::string(100'000, '(') + R"("}}})").field ==
        "/inputSchema/properties/a/pattern");
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

TEST_CASE("what a draft's own schema accepts of a keyword is accepted, and nothing else") {
  const char* drafts[] = {
      "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema",
      "http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-06/schema#",
      "http://json-schema.org/draft-04/schema#"};
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
                            "dependencies",
                            "definitions",
                            "additionalItems",
                            "contains",
                            "propertyNames",
                            "readOnly",
                            "writeOnly",
                            "contentSchema",
                            "contentEncoding",
                            "exclusiveMinimum",
                            "$recursiveAnchor",
                            "$dynamicAnchor",
                            "$vocabulary",
                            "id",
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
                          "[1,1]",
                          "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]",
                          "[1,2,\"1\"]",
                          "\"http://a/b\"",
                          "\"http://a/b#\"",
                          "\"b#c\"",
                          "\"_a\"",
                          "\"a:b\"",
                          "\"\"",
                          "[\"string\",\"text\"]",
                          "18446744073709551616",
                          "{}",
                          "{\"a\":{}}",
                          "{\"a\":true}",
                          "{\"a\":1}",
                          "{\"type\":7}",
                          "{\"a\":[\"b\"]}"};
  for (const char* draft : drafts) {
    for (const std::string keyword : keywords) {
      if (keyword == "$ref" || keyword == "$schema") continue;
      for (const char* value : values) {
        for (const char* beside : {"", ",\"minimum\":0"}) {
          const auto text =
              std::string("{\"$schema\":\"") + draft + "\",\"" + keyword + "\":" + value + beside + "}";
          CAPTURE(text);
          const auto schema = parse_json(text);
          // Either word twice would be no JSON.
          if (!schema.ok()) continue;
          // jsoncons counts to 2^64. JSON Schema has no such limit.
          const auto& number = (*schema)[keyword];
          const bool huge = number.is_number_float() && number.get<double>() > 1e19;
          const bool counts = keyword.starts_with("m") && keyword != "multipleOf" && keyword != "minimum";
          CHECK(check_schema(*schema, "").ok() == (is_valid_by_draft(*schema) || (huge && counts)));
        }
      }
    }
  }
}

TEST_CASE("a reference leads where another implementation finds something, in each draft") {
  const char* drafts[] = {
      "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema",
      "http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-06/schema#"};
  const char* references[] = {"#",
                              "",
                              "#/",
                              "#/properties/a",
                              "#/properties/a~1b",
                              "#/properties/c%20d",
                              "#/properties/c d",
                              "#/properties/nope",
                              "#/properties",
                              "#/allOf/0",
                              "#/allOf/1",
                              "#/allOf/01",
                              "#/allOf/x",
                              "#/allOf/0/properties/in",
                              "#/properties/a/items",
                              "#/properties/inner/items",
                              "#/definitions/old",
                              "#named",
                              "#nobody",
                              "#/required/0",
                              "#/const/type",
                              "#/own/part",
                              "#/own/list/0",
                              "http://a.example/d/s.json",
                              "http://a.example/d/s.json#",
                              "s.json",
                              "inner.json",
                              "http://a.example/d/inner.json",
                              "http://a.example/d/inner.json#/items",
                              "inner.json#/nope",
                              "./inner.json",
                              "../d/inner.json",
                              "/d/inner.json",
                              "other.json",
                              "http://b.example/",
                              "//a.example/d/inner.json",
                              "urn:x",
                              "#%zz"};
  for (const std::string draft : drafts) {
    const bool anchors = draft.starts_with("https");
    for (const std::string reference : references) {
      const auto text =
          R"({"$schema":")" + draft + R"(","$id":"http://a.example/d/s.json","properties":{"a":{"items":{}},
        "a/b":true,"c d":{},"inner":{"$id":"inner.json","items":{}},"it":{"$ref":")" +
          reference + R"("},)" +
          (anchors ? R"("anchor":{"$anchor":"named"}},)" : R"("anchor":{"$id":"#named"}},)") +
          R"("allOf":[{"properties":{"in":{}}}],"definitions":{"old":{}},"required":["a"],"const":{"type":{}},
          "own":{"part":{},"list":[{}]}})";
      CAPTURE(text);
      const auto schema = parse_json(text);
      REQUIRE(schema.ok());
      // RFC 3986 has the first two, and the keyword is one in both drafts; the blank is a common
      // slip.
      const bool wider = reference.empty() || reference == "//a.example/d/inner.json" ||
                         (anchors && reference == "#/definitions/old") || reference == "#/properties/c d";
      CHECK(check_schema(*schema, "").ok() == (resolves(*schema) || wider));
    }
  }
}

TEST_CASE("references to definitions, as older drafts have them, are followed in 2020-12 as well") {
  CHECK(
      check(R"({"properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"type":"string"}}})").ok());
  CHECK(schema_refusal(R"({"properties":{"a":{"$ref":"#/own/x"}},"own":{"x":{}}})").detail ==
        "a $ref leads to #/own/x, which is no place for a schema; move what is there to $defs");
}
