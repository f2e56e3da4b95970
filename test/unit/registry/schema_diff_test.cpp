#include "registry/model/schema_diff.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cost.hpp"
#include "registry/model/tool_diff.hpp"

using namespace toolhive::registry;

namespace {

// "+/inputSchema/type" for a compatible difference, "?..." for one to review, "!..." for a breaking
// one, each with the keyword at fault.
std::string differences(const Differences& all) {
  std::string out;
  for (const auto& each : all.kept()) {
    CHECK_FALSE(each.message.empty());
    out += (out.empty() ? "" : " ") + std::string(1, "+?!"[static_cast<std::size_t>(each.compatibility)]) +
           each.pointer + ":" + each.keyword;
  }
  return out;
}

Differences compared(const Json& before, const Json& after, Direction direction = Direction::Input) {
  Differences out;
  diff_schemas(before, after, direction, "", out);
  return out;
}

std::string compare_schemas(const char* before, const char* after, Direction direction = Direction::Input) {
  return differences(compared(Json::parse(before), Json::parse(after), direction));
}

std::string compare_tools(const std::string& before, const std::string& after) {
  return differences(diff_tools(Json::parse(before), Json::parse(after)));
}

}  // namespace

TEST_CASE("what an input schema takes less of is breaking, what it takes more of is compatible") {
  struct Row {
    const char *wide, *narrow, *keyword;
  };
  const Row rows[] = {
      {R"({})", R"({"type":"string"})", "type"},
      {R"({"type":["string","null"]})", R"({"type":"string"})", "type"},
      {R"({"type":"number"})", R"({"type":"integer"})", "type"},
      {R"({"required":["a"]})", R"({"required":["b","a"]})", "required"},
      {R"({"enum":[1,2]})", R"({"enum":[2]})", "enum"},
      {R"({})", R"({"const":1})", "const"},
      {R"({"minimum":1})", R"({"minimum":2})", "minimum"},
      {R"({})", R"({"minimum":0})", "minimum"},
      {R"({"exclusiveMaximum":5})", R"({"exclusiveMaximum":4})", "exclusiveMaximum"},
      {R"({})", R"({"minLength":1})", "minLength"},
      {R"({"maxItems":4})", R"({"maxItems":3})", "maxItems"},
      {R"({"multipleOf":2})", R"({"multipleOf":4})", "multipleOf"},
      {R"({})", R"({"uniqueItems":true})", "uniqueItems"},
      {R"({})", R"({"pattern":"^a"})", "pattern"},
      {R"({})", R"({"format":"date"})", "format"},
      {R"({})", R"({"additionalProperties":false})", "additionalProperties"},
      {R"({})", R"({"not":{"type":"null"}})", "not"},
      {R"({"not":{"type":"null"}})", R"({"not":{"type":["null","string"]}})", "type"},
      {R"({"anyOf":[{"type":"null"},{"type":"string"}]})", R"({"anyOf":[{"type":"string"}]})", "anyOf"},
      {R"({"allOf":[{"type":"string"}]})", R"({"allOf":[{"type":"string"},{"minLength":1}]})", "allOf"},
      {R"({})", R"({"anyOf":[{"type":"string"}]})", "anyOf"},
      {R"({})", R"({"allOf":[{"type":"string"}]})", "allOf"},
      {R"({})", R"({"dependentRequired":{"a":["b"]}})", "a"},
      {R"({"items":{"type":["string","null"]}})", R"({"items":{"type":"string"}})", "type"},
      {R"({"prefixItems":[{}]})", R"({"prefixItems":[{"type":"string"}]})", "type"},
      {R"({})", R"({"prefixItems":[{"type":"string"}]})", "type"},
      {R"({})", R"({"patternProperties":{"^a":{"type":"string"}}})", "type"},
      {R"({"properties":{"a":{}}})", R"({"properties":{"a":{"type":"string"}}})", "type"},
      {R"({"patternProperties":{"^a":{}}})", R"({"patternProperties":{"^a":{"type":"string"}}})", "type"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.wide);
    CAPTURE(row.narrow);
    const auto keyword = std::string(":") + row.keyword;
    const auto narrowed = compare_schemas(row.wide, row.narrow);
    CHECK(narrowed.starts_with('!'));
    CHECK(narrowed.ends_with(keyword));
    CHECK(compare_schemas(row.narrow, row.wide).starts_with('+'));
    // The other way round for what a tool returns.
    CHECK(compare_schemas(row.wide, row.narrow, Direction::Output).starts_with('+'));
    CHECK(compare_schemas(row.narrow, row.wide, Direction::Output).starts_with('!'));
    CHECK(compare_schemas(row.wide, row.wide).empty());
  }
}

TEST_CASE("a change whose effect is not known is breaking both ways") {
  for (const auto& [before, after] :
       {std::pair(R"({"pattern":"a"})", R"({"pattern":"b"})"),
        {R"({"format":"date"})", R"({"format":"time"})"},
        {R"({"multipleOf":3})", R"({"multipleOf":5})"},
        {R"({"type":"string"})", R"({"type":"number"})"},
        {R"({"const":1})", R"({"const":2})"},
        {R"({"if":{"type":"string"},"then":{"pattern":"a"},"else":{"const":1}})",
         R"({"if":{"type":"number"},"then":{"pattern":"a"},"else":{"const":1}})"},
        {R"({"dependencies":{"a":["b"]}})", R"({"dependencies":{"a":["c"]}})"},
        {R"({"oneOf":[{"minimum":1},{"maximum":0}]})",
         R"({"oneOf":[{"minimum":1},{"maximum":0},{"minLength":3}]})"},
        {R"({"items":{"$schema":"http://json-schema.org/draft-07/schema"}})",
         R"({"items":{"$schema":"http://json-schema.org/draft-06/schema"}})"}}) {
    CAPTURE(before);
    for (const auto direction : {Direction::Input, Direction::Output}) {
      CHECK(compare_schemas(before, after, direction).starts_with('!'));
      CHECK(compare_schemas(after, before, direction).starts_with('!'));
    }
  }
}

TEST_CASE("a new property is compatible, and breaking where the old schema had another idea of it") {
  CHECK(compare_schemas(R"({})", R"({"properties":{"a":{"type":"string"}}})") == "+/properties/a:properties");
  CHECK(compare_schemas(R"({"additionalProperties":false})",
                        R"({"additionalProperties":false,"properties":{"a":{"type":"string"}}})") ==
        "+/properties/a:properties");
  CHECK(
      compare_schemas(R"({"additionalProperties":{"type":"number"}})",
                      R"({"additionalProperties":{"type":"number"},"properties":{"a":{"type":"string"}}})") ==
      "!/properties/a/type:type");
  CHECK(compare_schemas(R"({"properties":{"a":{}}})", R"({"properties":{}})") == "!/properties/a:properties");
  CHECK(compare_schemas(R"({"properties":{"a~/b":{"type":"string"}}})",
                        R"({"properties":{"a~/b":{"type":"number"}}})") == "!/properties/a~0~1b/type:type");
}

TEST_CASE("references are followed, in circles too, and what they lead to is where the difference is") {
  CHECK(compare_schemas(R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})",
                        R"({"$ref":"#/$defs/b","$defs":{"b":{"type":"number"}}})") == "!/$defs/b/type:type");
  CHECK(compare_schemas(R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})",
                        R"({"$ref":"#/$defs/b","$defs":{"b":{"type":"string"}}})")
            .empty());
  CHECK(compare_schemas(R"({"properties":{"n":{"$ref":"#"}}})",
                        R"({"properties":{"n":{"$ref":"#"},"m":{}}})") == "+/properties/m:properties");
  // An equal list of schemas whose reference leads elsewhere now.
  CHECK(compare_schemas(R"({"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"minLength":1}}})",
                        R"({"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"minLength":2}}})") ==
        "!/$defs/a/minLength:minLength");
  CHECK(compare_schemas(R"({"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"minLength":1}}})",
                        R"({"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"minLength":2}}})") ==
        "+/$defs/a/minLength:minLength");
  CHECK(compare_schemas(R"({"additionalProperties":{"$ref":"#/$defs/a"},"$defs":{"a":{"minLength":1}}})",
                        R"({"additionalProperties":{"$ref":"#/$defs/a"},"$defs":{"a":{"minLength":2}}})") ==
        "!/$defs/a/minLength:minLength");
  // The whole schema by its own name, and under another.
  CHECK(
      compare_schemas(
          R"({"properties":{"n":{"$ref":"#"}}})",
          R"({"properties":{"n":{"$ref":"#/$defs/t"}},"$defs":{"t":{"properties":{"n":{"$ref":"#/$defs/t"}}}}})")
          .empty());
  CHECK(compare_schemas(R"({"$ref":"#named"})", R"({"$ref":"#other"})") == "!/$ref:$ref");
}

TEST_CASE("a bound that bounds nothing is no difference") {
  CHECK(compare_schemas(R"({})", R"({"minLength":0,"minItems":0})").empty());
  CHECK(compare_schemas(R"({"minProperties":0})", R"({})").empty());
}

namespace {

struct SchemaPair {
  const char *before, *after;
};

}  // namespace

TEST_CASE(
    "an input that the new schema refuses makes a change breaking, and allowing it again does for output") {
  // Each pair has a value that the first accepts and the second refuses.
  const SchemaPair pairs[] = {
      // Keywords that rule what others beside them have left.
      {R"({"patternProperties":{"^x-":{}},"additionalProperties":false})",
       R"({"additionalProperties":false})"},
      {R"({"patternProperties":{"^x":{"type":"string"}}})",
       R"({"patternProperties":{"^x":{"type":"string"}},"properties":{"x1":{"type":"integer"}}})"},
      {R"({"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false})",
       R"({"allOf":[{"minProperties":0}],"unevaluatedProperties":false})"},
      {R"({"contains":{"type":"string"},"unevaluatedItems":false})", R"({"unevaluatedItems":false})"},
      {R"({"prefixItems":[{}],"unevaluatedItems":false})", R"({"unevaluatedItems":false})"},
      // One that matches twice does not match one alternative.
      {R"({"oneOf":[{"minimum":10},{"maximum":5}]})", R"({"oneOf":[{"minimum":0},{"maximum":5}]})"},
      {R"({"oneOf":[{"required":["a"]},{"required":["b"]}]})", R"({"oneOf":[{},{"required":["b"]}]})"},
      // A property is said something of where an alternative that may hold as well says it.
      {R"({"oneOf":[{},{"properties":{"b":{"type":"null"}}}]})",
       R"({"oneOf":[{"type":"string"},{"properties":{"b":{"type":"null"}}}]})"},
      // References in lists of different length, in conditions, by other names than pointers.
      {R"({"anyOf":[{"$ref":"#/$defs/a"},{"const":9}],"$defs":{"a":{"type":"string"}}})",
       R"({"anyOf":[{"$ref":"#/$defs/a"},{"const":9},{"type":"null"}],"$defs":{"a":{"type":"string","minLength":1}}})"},
      {R"({"if":{"$ref":"#/$defs/c"},"then":{"required":["b"]},"$defs":{"c":{"required":["z"]}}})",
       R"({"if":{"$ref":"#/$defs/c"},"then":{"required":["b"]},"$defs":{"c":{}}})"},
      {R"({"$ref":"#a","$defs":{"x":{"$anchor":"a"}}})",
       R"({"$ref":"#a","$defs":{"x":{"$anchor":"a","type":"string"}}})"},
      {R"({"$ref":"#/$defs/a%20b","$defs":{"a b":{}}})",
       R"({"$ref":"#/$defs/a%20b","$defs":{"a b":{"type":"string"}}})"},
      {R"({"$ref":"https://example.com/a","$defs":{"x":{"$id":"https://example.com/a"}}})",
       R"({"$ref":"https://example.com/a","$defs":{"x":{"$id":"https://example.com/a","minLength":3}}})"},
      {R"({"$dynamicRef":"#a","$defs":{"x":{"$dynamicAnchor":"a"}}})",
       R"({"$dynamicRef":"#a","$defs":{"x":{"$dynamicAnchor":"a","type":"string"}}})"},
      {R"({"contains":{"type":"string"},"maxContains":1})", R"({"contains":{},"maxContains":1})"},
      {R"({})", R"({"contains":true})"},
      {R"({"$schema":"http://json-schema.org/draft-07/schema","items":[{"type":"string"}]})",
       R"({"$schema":"http://json-schema.org/draft-07/schema","items":{"type":"string"}})"},
      {R"({"$schema":"http://json-schema.org/draft-07/schema","$ref":"#/definitions/a","maxLength":2,
           "definitions":{"a":{}}})",
       R"({"$schema":"http://json-schema.org/draft-07/schema","maxLength":2,"definitions":{"a":{}}})"},
      {R"({"not":{"properties":{"a":{"type":"string"}}}})", R"({"not":{}})"},
      {R"({"not":{"properties":{"a":{"type":"string"},"b":{"type":"string"}}}})",
       R"({"not":{"properties":{"a":{"type":"string"}}}})"},
      {R"({})", R"({"properties":{"b":false}})"},
      {R"({"maximum":9007199254740993})", R"({"maximum":9007199254740992})"},
      {R"({"const":9007199254740993})", R"({"const":9007199254740992})"},
      // What one alternative says of a property counts, and so does what is denied.
      {R"({"anyOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"a":{"type":"null"}}}]})",
       R"({"properties":{"a":{"type":"boolean"}}})"},
      {R"({"required":["a"]})", R"({"properties":{"a":{"type":"string"}},"required":["a"]})"},
      {R"({"not":{"properties":{"a":{"type":"string"}}}})", R"({"properties":{"a":{"type":"string"}}})"},
      {R"({"patternProperties":{"":{"type":"string"}}})", R"({"patternProperties":{"":{"minLength":1}}})"},
      {R"({"dependentSchemas":{"a":{"properties":{"b":{"type":"integer"}}}}})",
       R"({"properties":{"b":{"type":"string"}}})"},
      {R"({"type":"number","multipleOf":0.5})", R"({"type":"integer"})"},
      {R"({"items":{"type":"integer"}})", R"({"contains":{"type":"integer"}})"},
      // What rested on something that turned out to be wrong is forgotten. One such value is
      // {"m":{"w":{"z":"s"}},"k":{"q":{"w":{"z":"s"}}}}.
      {R"({"type":"object","properties":{"m":{"$ref":"#/$defs/m"},"k":{"$ref":"#/$defs/v"}},
           "$defs":{"m":{"properties":{"w":{"$ref":"#/$defs/w"}}},
                    "v":{"properties":{"q":{"$ref":"#/$defs/m"}}},
                    "w":{"allOf":[{"$ref":"#/$defs/v"}],"properties":{"z":{"type":"string"}}}}})",
       R"({"anyOf":[{"type":"object","properties":{"m":{"$ref":"#/$defs/m"}}},
                    {"type":"object","properties":{"k":{"$ref":"#/$defs/v"}}}],
           "$defs":{"m":{"properties":{"w":{"$ref":"#/$defs/w"}}},
                    "v":{"properties":{"q":{"$ref":"#/$defs/m"}}},
                    "w":{"allOf":[{"$ref":"#/$defs/v"}],"properties":{"z":{"type":"number"}}}}})"},
  };
  for (const auto& [before, after] : pairs) {
    CAPTURE(before);
    CAPTURE(after);
    CHECK_FALSE(compared(Json::parse(before), Json::parse(after)).compatible());
    CHECK_FALSE(compared(Json::parse(after), Json::parse(before), Direction::Output).compatible());
  }
  CHECK_FALSE(compared(Json::parse(R"({"not":{}})"),
                       Json::parse(R"({"not":{"properties":{"a":{"type":"string"}}}})"), Direction::Output)
                  .compatible());
}

TEST_CASE("a new property of an input is compatible in one of several alternatives that exclude each other") {
  const char* before = R"({"oneOf":[
      {"type":"object","properties":{"k":{"const":"a"}},"required":["k"]},
      {"type":"object","properties":{"k":{"const":"b"},"n":{"type":"null"}},"required":["k"]}]})";
  const char* after = R"({"oneOf":[
      {"type":"object","properties":{"k":{"const":"a"},"n":{"type":"string"}},"required":["k"]},
      {"type":"object","properties":{"k":{"const":"b"},"n":{"type":"null"}},"required":["k"]}]})";
  CHECK(compared(Json::parse(before), Json::parse(after), Direction::Input).compatible());
}

TEST_CASE("a schema that accepts all that it did is compatible, however it is written") {
  const SchemaPair pairs[] = {
      {R"({"type":"string"})", R"({"anyOf":[{"type":"string"},{"type":"null"}]})"},
      {R"({"anyOf":[{"type":"string"},{"type":"integer"}]})", R"({"type":["string","integer","null"]})"},
      {R"({"enum":["a"]})", R"({"$ref":"#/$defs/e","$defs":{"e":{"enum":["a"],"type":"string"}}})"},
      {R"({"$ref":"#/$defs/e","$defs":{"e":{"enum":["a"],"type":"string"}}})", R"({"enum":["a"]})"},
      {R"({"anyOf":[{"type":"string"},{"minimum":1}]})", R"({"anyOf":[{"minimum":1},{"type":"string"}]})"},
      {R"({"anyOf":[{"type":"string","minLength":2},{"minimum":1}]})",
       R"({"anyOf":[{"minimum":0},{"type":"string"},{"type":"null"}]})"},
      {R"({"const":"a"})", R"({"enum":["a","b"]})"},
      {R"({"enum":["a"]})", R"({"const":"a"})"},
      {R"({"enum":["a","b"]})", R"({"anyOf":[{"const":"b"},{"const":"a","title":"A"}]})"},
      {R"({"exclusiveMinimum":5})", R"({"minimum":5})"},
      {R"({"type":"integer","exclusiveMinimum":4})", R"({"type":"integer","minimum":5})"},
      {R"({"allOf":[{"$ref":"#/$defs/m"}],"title":"t","$defs":{"m":{"type":"object"}}})",
       R"({"type":"object"})"},
      {R"({"properties":{"a":{}},"additionalProperties":false})",
       R"({"properties":{"a":{},"b":{"type":"string"}},"additionalProperties":false})"},
      {R"({"oneOf":[{"type":"object","properties":{"k":{"const":"a"}},"required":["k"]},
                    {"type":"object","properties":{"k":{"const":"b"}},"required":["k"]}]})",
       R"({"oneOf":[{"type":"object","properties":{"k":{"const":"b"}},"required":["k"]},{"type":"null"},
                    {"type":"object","properties":{"k":{"const":"a"}},"required":["k"]}]})"},
      {R"({"if":{"type":"string"},"then":{"minLength":1}})", R"({})"},
      // A condition without consequences is none.
      {R"({"minLength":1})", R"({"if":{"type":"string"},"minLength":1})"},
      // Of all that there is, and of nothing.
      {R"({})", R"({"anyOf":[{"minLength":3,"maximum":1},{"not":{"minLength":3,"maximum":1}}]})"},
      {R"({"type":"string","allOf":[{"const":1}]})", R"({"type":"null"})"},
      {R"({"type":"integer","minimum":1,"exclusiveMaximum":2})",
       R"({"type":"number","minimum":0.5,"multipleOf":0.5})"},
      // Values by themselves.
      {R"({"enum":["red","green"]})", R"({"pattern":"^[a-z]+$","maxLength":5})"},
      {R"({"const":{"a":[1,2]}})", R"({"properties":{"a":{"items":{"type":"integer"}}},"required":["a"]})"},
      // Properties by other names, items in other words.
      {R"({"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false})",
       R"({"patternProperties":{"^x-":{"type":["string","null"]}},"additionalProperties":false})"},
      {R"({"properties":{"x-a":{"type":"string"}},"additionalProperties":false})",
       R"({"patternProperties":{"^x-":{"type":"string"}},"properties":{"x-a":true},"additionalProperties":false})"},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}],"additionalItems":false})",
       R"({"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}],"items":false})"},
      {R"({"minItems":1,"items":{"type":"integer"}})", R"({"contains":{"type":"number"}})"},
      {R"({"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}}})",
       R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})"},
      {R"({"anyOf":[{"type":"object","properties":{"k":{"const":"a"}}},{"type":"object","properties":{"k":{"const":"b"}}}]})",
       R"({"type":"object","properties":{"k":{"enum":["a","b"]}}})"},
  };
  for (const auto& [before, after] : pairs) {
    CAPTURE(before);
    CAPTURE(after);
    CHECK(compared(Json::parse(before), Json::parse(after)).compatible());
    CHECK(compared(Json::parse(after), Json::parse(before), Direction::Output).compatible());
  }
}

TEST_CASE("a schema that leads back to itself on the spot proves nothing of itself") {
  CHECK_FALSE(
      compared(Json::parse("{}"), Json::parse(R"({"allOf":[{"$ref":"#"},{"minLength":0}]})")).compatible());
}

TEST_CASE("schemas whose alternatives lead back to themselves are related in bounded time") {
  const auto tree = [](const char* type) {
    return Json{{"anyOf",
                 {{{"type", type}},
                  {{"type", "array"}, {"items", {{"$ref", "#"}}}},
                  {{"type", "object"}, {"additionalProperties", {{"$ref", "#"}}}, {"title", type}}}}};
  };
  CHECK_FALSE(compared(tree("string"), tree("number")).compatible());
  CHECK(compared(tree("integer"), tree("number")).compatible());
}

TEST_CASE("texts of a schema are to be reviewed") {
  CHECK(compare_schemas(R"({"title":"a","default":1})", R"({"title":"b","description":"c","x-mine":1})") ==
        "?/default:default ?/description:description ?/title:title ?/x-mine:x-mine");
}

TEST_CASE("schemas that refer to each other in every combination are compared in bounded time") {
  // Circles of 61 and 67 definitions meet in 4,087 pairs, of 397 and 401 in more than there is
  // patience for.
  const auto circle = [](int size, const char* type) {
    Json schema = {{"$ref", "#/$defs/d0"}, {"$defs", Json::object()}};
    for (int i = 0; i < size; ++i) {
      schema["$defs"]["d" + std::to_string(i)] = {
          {"properties", {{"n", {{"$ref", "#/$defs/d" + std::to_string((i + 1) % size)}}}}}, {"type", type}};
    }
    return schema;
  };
  CHECK(compared(circle(61, "object"), circle(67, "object")).total() == 0);
  const auto intricate = compared(circle(397, "object"), circle(401, "object"));
  CHECK(intricate.total() == 1);
  CHECK_FALSE(intricate.compatible());

  Json wide = {{"properties", Json::object()}};
  for (int i = 0; i < 25'000; ++i) wide["properties"]["p" + std::to_string(i)] = {{"type", "string"}};
  auto titled = wide;
  titled["title"] = "t";
  // What is proved needs no comparison to the end; but texts that were not looked at may be others.
  const auto out = compared(wide, titled).kept();
  REQUIRE(out.size() == 2);
  for (const auto& each : out) CHECK(each.compatibility == Compatibility::Review);
  CHECK(std::any_of(out.begin(), out.end(), [](const auto& each) { return each.keyword == "title"; }));
  CHECK(std::any_of(out.begin(), out.end(), [](const auto& each) {
    return each.message == "the schemas are too intricate to compare further";
  }));
  titled["required"] = Json::array({"p0"});
  const auto narrowed = compared(wide, titled);
  CHECK_FALSE(narrowed.compatible());
  const auto kept = narrowed.kept();
  CHECK(std::any_of(kept.begin(), kept.end(), [](const auto& each) { return each.keyword == "required"; }));
}

TEST_CASE("of a tool, texts, hints and icons are to be reviewed, and a missing output schema is breaking") {
  CHECK(compare_tools(R"({"description":"a","version":"1.0.0","registeredAt":"x","tags":["t"]})",
                      R"({"description":"b","version":"2.0.0","registeredAt":"y","title":"c"})") ==
        "?/description:description +/tags:tags ?/title:title");
  CHECK(compare_tools(R"({"annotations":{"readOnlyHint":true}})", R"({})") ==
        "?/annotations/readOnlyHint:readOnlyHint");
  CHECK(compare_tools(R"({})", R"({"annotations":{"readOnlyHint":true}})") ==
        "?/annotations/readOnlyHint:readOnlyHint");
  CHECK(compare_tools(R"({"annotations":{"destructiveHint":false}})",
                      R"({"annotations":{"destructiveHint":true}})") ==
        "?/annotations/destructiveHint:destructiveHint");
  CHECK(compare_tools(R"({"annotations":{"destructiveHint":false}})", R"({})") ==
        "?/annotations/destructiveHint:destructiveHint");  // What it does not say it may do.
  CHECK(compare_tools(R"({"annotations":{"title":"a"}})", R"({"annotations":{"title":"b"}})") ==
        "?/annotations/title:title");
  CHECK(compare_tools(R"({"annotations":{}})", R"({})") == "+/annotations:annotations");
  CHECK(compare_tools(R"({"icons":[]})", R"({})") == "?/icons:icons");
  CHECK(compare_tools(R"({"_meta":{"a":1}})", R"({})") == "+/_meta:_meta");
  CHECK(compare_tools(R"({"outputSchema":{}})", R"({})") == "!/outputSchema:outputSchema");
  CHECK(compare_tools(R"({})", R"({"outputSchema":{}})") == "+/outputSchema:outputSchema");
  CHECK(compare_tools(R"({"outputSchema":{"properties":{"a":{"type":"string"}}}})",
                      R"({"outputSchema":{"properties":{"a":{}}}})") ==
        "!/outputSchema/properties/a/type:type");
  CHECK(compare_tools(R"({})", R"({"execution":{"taskSupport":"required"}})") ==
        "!/execution/taskSupport:taskSupport");
  CHECK(compare_tools(R"({})", R"({"execution":{"taskSupport":"optional"}})") ==
        "+/execution/taskSupport:taskSupport");
}

TEST_CASE("characters that cannot be seen are to be reviewed wherever they come in, and no others are") {
  const auto tags = [](const std::string& tag) {
    return R"({"inputSchema":{"type":"object"},"tags":[")" + tag + "\"]}";
  };
  for (const char* unseen : {"\xE2\x80\x8B", "\xE2\x80\xAE", "\xF3\xA0\x81\x81", "\xEF\xB8\x8F", "\xC2\xAD",
                             "\xE2\x80\xA8", "\\u0007", "\xE3\x85\xA4"}) {
    CAPTURE(unseen);
    CHECK(compare_tools(tags("a"), tags("a" + std::string(unseen))) == "+/tags:tags ?/tags:tags");
    CHECK(compare_tools(tags("a" + std::string(unseen)), tags("a")) == "+/tags:tags");
  }
  CHECK(compare_tools(tags("a"), tags("\xC3\x84 \xE6\x97\xA5\\n\\t")) == "+/tags:tags");
  // In a name as well, of what is compatible by itself.
  CHECK(compare_tools(R"({"inputSchema":{"type":"object"}})",
                      "{\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\xE2\x80\x8B\":{\"type\":"
                      "\"string\"}}}}") ==
        "+/inputSchema/properties/a\xE2\x80\x8B:properties ?/inputSchema:inputSchema");
}

TEST_CASE("texts beside what a schema stands for are to be reviewed, and moving them is not") {
  const auto wrapped = [](const char* text) {
    return R"({"description":")" + std::string(text) +
           R"(","allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"string"}}})";
  };
  CHECK(compared(Json::parse(wrapped("a")), Json::parse(wrapped("b"))).verdict() == Compatibility::Review);
  CHECK(
      compared(
          Json::parse(R"({"type":"object","properties":{"a":{"type":"string","title":"t"}}})"),
          Json::parse(
              R"({"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"type":"string","title":"t"}}})"))
          .verdict() == Compatibility::Compatible);
  CHECK(compared(Json::parse(R"({"$id":"https://a/"})"), Json::parse(R"({"$id":"https://b/"})")).verdict() ==
        Compatibility::Compatible);
}

TEST_CASE("a long value that a difference quotes is cut between two characters") {
  for (std::size_t before = 0; before < 4; ++before) {
    std::string text(before, 'a');
    for (int i = 0; i < 40; ++i) text += "\xC2\xBB";
    const auto out = compared(Json{{"const", "b"}}, Json{{"const", text}});
    REQUIRE(out.total() > 0);
    for (const auto& each : out.kept()) CHECK_NOTHROW(Json(each.message).dump());
  }
}

namespace {

// A schema with so many members under a keyword, in the order of their numbers or against it.
Json schema_of_many(const char* keyword, const Json& member, std::size_t size, bool backwards = false) {
  Json members = Json::object();
  for (std::size_t i = 0; i < size; ++i)
    append_member(members, "m" + std::to_string(backwards ? size - i : i + 1), member);
  return Json{{keyword, members}};
}

Json names(std::size_t size, const std::string& prefix) {
  Json out = Json::array();
  for (std::size_t i = 0; i < size; ++i) out.push_back(prefix + std::to_string(i));
  return out;
}

}  // namespace

TEST_CASE("comparing takes time in proportion to the schemas, whatever there is much of") {
  struct Row {
    const char* what;
    std::function<std::pair<Json, Json>(std::size_t)> make;
  };
  const auto many = [](const char* keyword, Json before, Json after) {
    return [=](std::size_t size) {
      return std::pair(schema_of_many(keyword, before, size), schema_of_many(keyword, after, size, true));
    };
  };
  const std::vector<Row> rows = {
      {"properties", many("properties", true, Json{{"type", "string"}})},
      {"keywords that nobody knows",
       [](std::size_t size) {
         return std::pair(schema_of_many("x", 1, size)["x"], schema_of_many("x", 2, size, true)["x"]);
       }},
      {"patternProperties", many("patternProperties", true, Json{{"type", "string"}})},
      {"dependentRequired", many("dependentRequired", Json::array({"a"}), Json::array({"b"}))},
      {"required",
       [](std::size_t size) {
         return std::pair(Json{{"required", names(size, "a")}}, Json{{"required", names(size, "b")}});
       }},
      {"definitions that are referred to",
       [](std::size_t size) {
         const auto schema = [&](const char* type) {
           auto out = schema_of_many("$defs", Json{{"type", type}}, size);
           for (std::size_t i = 1; i <= size; ++i)
             out["allOf"].push_back({{"$ref", "#/$defs/m" + std::to_string(i)}});
           return out;
         };
         return std::pair(schema("string"), schema("number"));
       }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const double grown = test::growth(625, [&](std::size_t size) {
      return [pair = row.make(size)] { CHECK_UNARY(compared(pair.first, pair.second).total() > 0); };
    });
    CHECK(grown < test::kLinear);
  }
}

TEST_CASE("a large schema that references pair with many small ones is not compared with all of them") {
  // Old properties all refer to one definition, new ones each to another.
  const auto paired = [](std::size_t size) {
    Json before = {{"properties", Json::object()}, {"$defs", {{"all", {{"required", names(size, "r")}}}}}};
    Json after = {{"properties", Json::object()}, {"$defs", Json::object()}};
    for (std::size_t i = 0; i < size / 10; ++i) {
      const auto number = std::to_string(i);
      append_member(before["properties"], "p" + number, {{"$ref", "#/$defs/all"}});
      append_member(after["properties"], "p" + number, {{"$ref", "#/$defs/d" + number}});
      append_member(after["$defs"], "d" + number, {{"required", Json::array({"r" + number})}});
    }
    return std::pair(before, after);
  };
  const auto [before, after] = paired(10'000);
  const auto all = compared(before, after);
  CHECK_FALSE(all.compatible());
  const auto kept = all.kept();
  CHECK(std::any_of(kept.begin(), kept.end(), [](const auto& each) {
    return each.message == "the schemas are too intricate to compare further";
  }));
  const double grown = test::growth(625, [&](std::size_t size) {
    return [pair = paired(size)] { CHECK_UNARY(compared(pair.first, pair.second).total() > 0); };
  });
  CHECK(grown < test::kLinear);
}

TEST_CASE("nested schemas are compared once, not once for each level around them") {
  const auto nested = [](std::size_t depth, const char* type) {
    Json schema = {{"enum", names(2'000, "v")}, {"type", type}};
    for (std::size_t i = 0; i < depth; ++i) schema = Json{{"additionalProperties", schema}};
    return schema;
  };
  const double grown = test::growth(4, [&](std::size_t depth) {
    return [before = nested(depth, "string"), after = nested(depth, "number")] {
      CHECK(compared(before, after).total() == 1);
    };
  });
  CHECK(grown < 2.5);
}

TEST_CASE("what a difference says is bounded, however long names and values are") {
  const std::string name(150'000, 'A');
  const auto schema = [&](const char* type) {
    Json inner = {{"properties", Json::object()}};
    for (int i = 0; i < 1'900; ++i)
      append_member(inner["properties"], "p" + std::to_string(i), Json{{"type", type}});
    return Json{{"properties", {{name, inner}}}, {"required", Json::array({std::string(type) + name})}};
  };
  const auto all = compared(schema("string"), schema("integer"));
  CHECK(all.total() == 1'902);
  for (const auto& each : all.kept()) {
    CHECK(each.pointer.size() <= 1'024);
    CHECK(each.message.size() <= 256);
  }
  const auto kept = all.kept();
  CHECK(kept[0].pointer == "/properties");
  CHECK(kept[0].keyword == "type");
  const auto longest = compared(Json{{"const", name}}, Json{{"const", Json::array({name, name})}}).kept();
  CHECK(longest[0].message ==
        "changed from \"" + std::string(56, 'A') + "... to [\"" + std::string(55, 'A') + "...");
}
