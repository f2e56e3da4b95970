#include "registry/model/schema_diff.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "registry/model/tool_diff.hpp"

using namespace toolhive::registry;

namespace {

/// "+/inputSchema/type" for a compatible difference, "!..." for a breaking one, each with the keyword at fault.
std::string differences(const std::vector<Difference>& all) {
  std::string out;
  for (const auto& each : all) {
    CHECK_FALSE(each.message.empty());
    out += (out.empty() ? "" : " ") + std::string(each.compatibility == Compatibility::Breaking ? "!" : "+") +
           each.pointer + ":" + each.keyword;
  }
  return out;
}

std::string compare_schemas(const char* before, const char* after, Direction direction = Direction::Input) {
  std::vector<Difference> out;
  diff_schemas(Json::parse(before), Json::parse(after), direction, "", out);
  return differences(out);
}

std::string compare_tools(const char* before, const char* after) {
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
  for (const auto& [before, after] : {std::pair(R"({"pattern":"a"})", R"({"pattern":"b"})"),
                                      {R"({"format":"date"})", R"({"format":"time"})"},
                                      {R"({"multipleOf":3})", R"({"multipleOf":5})"},
                                      {R"({"type":"string"})", R"({"type":"number"})"},
                                      {R"({"const":1})", R"({"const":2})"},
                                      {R"({"if":{"type":"string"}})", R"({"if":{"type":"number"}})"},
                                      {R"({"if":{"type":"string"}})", R"({})"},
                                      {R"({"dependencies":{"a":["b"]}})", R"({"dependencies":{"a":["c"]}})"},
                                      {R"({"oneOf":[{}]})", R"({"oneOf":[{},{"type":"null"}]})"},
                                      {R"({"$schema":"http://json-schema.org/draft-07/schema"})", R"({})"}}) {
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

TEST_CASE("texts of a schema are compatible") {
  CHECK(compare_schemas(R"({"title":"a","default":1})", R"({"title":"b","description":"c","x-mine":1})") ==
        "+/default:default +/description:description +/title:title +/x-mine:x-mine");
}

TEST_CASE("schemas that refer to each other in every combination are compared in bounded time") {
  // Circles of 61 and 67 definitions meet in 4,087 pairs, of 397 and 401 in more than there is patience for.
  const auto circle = [](int size, const char* type) {
    Json schema = {{"$ref", "#/$defs/d0"}, {"$defs", Json::object()}};
    for (int i = 0; i < size; ++i) {
      schema["$defs"]["d" + std::to_string(i)] = {
          {"properties", {{"n", {{"$ref", "#/$defs/d" + std::to_string((i + 1) % size)}}}}}, {"type", type}};
    }
    return schema;
  };
  std::vector<Difference> out;
  diff_schemas(circle(61, "object"), circle(67, "object"), Direction::Input, "", out);
  CHECK(out.empty());
  diff_schemas(circle(397, "object"), circle(401, "object"), Direction::Input, "", out);
  REQUIRE(out.size() == 1);
  CHECK(out[0].compatibility == Compatibility::Breaking);

  Json wide = {{"properties", Json::object()}};
  for (int i = 0; i < 25'000; ++i) wide["properties"]["p" + std::to_string(i)] = {{"type", "string"}};
  auto titled = wide;
  titled["title"] = "t";
  out.clear();
  diff_schemas(wide, titled, Direction::Input, "", out);
  REQUIRE(out.size() == 2);
  CHECK(out[0].compatibility == Compatibility::Breaking);
  CHECK(out[1].keyword == "title");
}

TEST_CASE("of a tool, hints that promise less and a missing output schema are breaking") {
  CHECK(compare_tools(R"({"description":"a","version":"1.0.0","registeredAt":"x","tags":["t"]})",
                      R"({"description":"b","version":"2.0.0","registeredAt":"y","title":"c"})") ==
        "+/description:description +/tags:tags +/title:title");
  CHECK(compare_tools(R"({"annotations":{"readOnlyHint":true}})", R"({})") ==
        "!/annotations/readOnlyHint:readOnlyHint");
  CHECK(compare_tools(R"({})", R"({"annotations":{"readOnlyHint":true}})") ==
        "+/annotations/readOnlyHint:readOnlyHint");
  CHECK(compare_tools(R"({"annotations":{"destructiveHint":false}})",
                      R"({"annotations":{"destructiveHint":true}})") ==
        "!/annotations/destructiveHint:destructiveHint");
  CHECK(compare_tools(R"({"annotations":{"destructiveHint":false}})", R"({})") ==
        "!/annotations/destructiveHint:destructiveHint");  // What it does not say it may do.
  CHECK(compare_tools(R"({"annotations":{"title":"a"}})", R"({"annotations":{"title":"b"}})") ==
        "+/annotations:annotations");
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

TEST_CASE("a long value that a difference quotes is cut between two characters") {
  for (std::size_t before = 0; before < 4; ++before) {
    std::string text(before, 'a');
    for (int i = 0; i < 40; ++i) text += "\xC2\xBB";
    std::vector<Difference> out;
    diff_schemas(Json{{"const", "b"}}, Json{{"const", text}}, Direction::Input, "", out);
    REQUIRE(!out.empty());
    for (const auto& each : out) CHECK_NOTHROW(Json(each.message).dump());
  }
}
