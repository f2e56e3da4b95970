// spec.definition and spec.version of an MCPTool beside what the registry takes over HTTP: one
// list.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "registry/model/tool.hpp"
#include "test/unit/operator/crd_schema.hpp"
#include "test/unit/operator/structural_schema.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

std::string characters(std::size_t count) {
  std::string text;
  // Two bytes each: it is characters that both sides count.
  for (std::size_t i = 0; i < count; ++i) text += "\xC3\xB6";
  return text;
}

std::string ascii(std::string text, std::size_t length) {
  text.resize(length, 'a');
  return text;
}

Json words(std::size_t count) {
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back("w" + std::to_string(i));
  return list;
}

// One icon of a good source, with what is given.
Json icon_with(const Json& members) {
  Json icon = {{"src", "https://icons.example/a.png"}};
  icon.update(members);
  return {{"icons", Json::array({icon})}};
}

Json icons(std::size_t count) {
  const Json icon = {{"src", "https://icons.example/a.png"}};
  return {{"icons", Json(std::vector<Json>(count, icon))}};
}

// A definition that both take, with the members that are given.
Json definition_with(const Json& members) {
  Json definition = {{"name", "draw"}, {"inputSchema", {{"type", "object"}}}};
  definition.update(members);
  return definition;
}

// What the CRD says to it, where `version` is a member of spec.
std::string declared(Json definition) {
  Json spec = {{"registryRef", {{"name", "r"}}}};
  if (definition.contains("version")) {
    spec["version"] = definition.at("version");
    definition.erase("version");
  }
  spec["definition"] = std::move(definition);
  return structural_refusal(spec_schema("mcptools"), spec);
}

// What the registry says to it.
std::string posted(const Json& definition) {
  const auto read = registry::parse_definition(definition.dump(), registry::ToolPolicy{});
  return read.ok() ? "" : read.error().field + ": " + read.error().detail;
}

struct Row {
  Json members;
  bool taken;
};

const std::vector<Row> rows = {
    {Json::object(), true},
    {{{"name", ascii("", 128)}}, true},
    {{{"name", ascii("", 129)}}, false},
    {{{"name", "a.B_c-9"}}, true},
    {{{"name", "a/b"}}, false},
    {{{"name", ""}}, false},
    {{{"version", "1.0.0"}}, true},
    {{{"version", "1.0"}}, false},
    {{{"version", "v1.0.0"}}, false},
    {{{"version", "1.0.0-rc.1+build.5"}}, true},
    {{{"version", "1.0.0-01"}}, false},
    {{{"version", ascii("1.0.0-", 255)}}, true},
    {{{"version", ascii("1.0.0-", 256)}}, false},
    {{{"title", ""}}, true},
    {{{"title", characters(256)}}, true},
    {{{"title", characters(257)}}, false},
    {{{"title", nullptr}}, false},
    {{{"description", ""}}, true},
    {{{"description", characters(16'384)}}, true},
    {{{"description", characters(16'385)}}, false},
    {{{"inputSchema", Json::object()}}, false},
    {{{"inputSchema", {{"type", "string"}}}}, false},
    {{{"inputSchema", {{"type", "object"}, {"x-of-ours", Json::array({nullptr})}}}}, true},
    {{{"outputSchema", Json::object()}}, true},
    {{{"outputSchema", true}}, false},
    {{{"annotations", Json::object()}}, true},
    {{{"annotations", {{"title", ""}}}}, true},
    {{{"annotations", {{"title", characters(256)}}}}, true},
    {{{"annotations", {{"title", characters(257)}}}}, false},
    {{{"annotations",
       {{"readOnlyHint", true},
        {"destructiveHint", false},
        {"idempotentHint", true},
        {"openWorldHint", false}}}},
     true},
    {{{"annotations", {{"readOnlyHint", "yes"}}}}, false},
    {{{"annotations", {{"costHint", true}}}}, false},
    {{{"icons", Json::array()}}, true},
    {icons(16), true},
    {icons(17), false},
    {{{"icons", Json::array({Json::object()})}}, false},
    {icon_with({{"src", ascii("data:image/png;base64,", 65'536)}}), true},
    {icon_with({{"src", ascii("data:image/png;base64,", 65'537)}}), false},
    {icon_with({{"src", "HTTPS://icons.example/a.png"}}), true},
    {icon_with({{"src", "http://icons.example/a.png"}}), true},
    {icon_with({{"src", "https"}}), false},
    {icon_with({{"src", "javascript:alert(1)"}}), false},
    {icon_with({{"src", ""}}), false},
    {icon_with({{"mimeType", characters(128)}}), true},
    {icon_with({{"mimeType", characters(129)}}), false},
    {icon_with({{"sizes", words(16)}}), true},
    {icon_with({{"sizes", words(17)}}), false},
    {icon_with({{"sizes", {"48x48", "any", "48X48", characters(32)}}}), true},
    {icon_with({{"sizes", {characters(33)}}}), false},
    {icon_with({{"theme", "dark"}}), true},
    {icon_with({{"theme", "blue"}}), false},
    {icon_with({{"purpose", "any"}}), false},
    {{{"tags", Json::array()}}, true},
    {{{"tags", words(64)}}, true},
    {{{"tags", words(65)}}, false},
    {{{"tags", {characters(64)}}}, true},
    {{{"tags", {characters(65)}}}, false},
    {{{"tags", {""}}}, false},
    {{{"tags", {"a", "b", "a"}}}, false},
    {{{"execution", Json::object()}}, true},
    {{{"execution", {{"taskSupport", "optional"}}}}, true},
    {{{"execution", {{"taskSupport", "maybe"}}}}, false},
    {{{"execution", {{"cost", 1}}}}, false},
    {{{"_meta", Json::object()}}, true},
    {{{"_meta", {{"vendor.example/template", {{"deep", Json::array({1, nullptr})}}}}}}, true},
    {{{"_meta", "none"}}, false},
    {{{"securitySchemes", Json::array()}}, false},
};

TEST_CASE("what the registry takes of a definition can be declared in an MCPTool, and the other way round") {
  for (const Row& row : rows) {
    const Json definition = definition_with(row.members);
    CAPTURE(row.members.dump().substr(0, 200));
    CHECK_MESSAGE(declared(definition).empty() == row.taken, declared(definition));
    CHECK_MESSAGE(posted(definition).empty() == row.taken, posted(definition));
  }
}

// The members of a definition as the registry lists them for one that it does not know.
std::set<std::string> members_of_a_registration() {
  std::string text = posted(definition_with({{"unheardOf", 1}}));
  const std::string begin = "unknown field; ";
  REQUIRE(text.find(begin) != text.npos);
  text = text.substr(text.find(begin) + begin.size());
  std::istringstream list(text.substr(0, text.find(" are known")));
  std::set<std::string> names;
  for (std::string name; std::getline(list >> std::ws, name, ',');) {
    const std::size_t last = name.find(" and ");
    names.insert(name.substr(0, last));
    if (last != name.npos) names.insert(name.substr(last + 5));
  }
  return names;
}

TEST_CASE("each member of a definition can be declared, but for its server and its manager") {
  std::set<std::string> declarable = {"version"};
  const Json definition = spec_schema("mcptools").at("properties").at("definition");
  for (const auto& [name, member] : definition.at("properties").items()) declarable.insert(name);
  declarable.insert({"server", "managedBy"});
  CHECK(declarable == members_of_a_registration());
}

}  // namespace
