#include "registry/model/tool.hpp"

#include <doctest/doctest.h>

#include "controller/base/sha256.hpp"

using namespace toolhive::registry;
using toolhive::to_hex;

namespace {

constexpr char kSchema[] = R"("inputSchema":{"type":"object"})";

Error tool_refusal(const std::string& body, const ToolPolicy& policy = {}) {
  auto definition = parse_definition(body, policy);
  REQUIRE_FALSE(definition.ok());
  return definition.error();
}

std::string with(const std::string& members) {
  return R"({"name":"a",)" + std::string(kSchema) + "," + members + "}";
}

}  // namespace

TEST_CASE("a definition keeps its members in the order sent and without white space") {
  auto definition = parse_definition(
      R"({ "description": "d", "name": "a.b-c_D9", "inputSchema": {"type": "object", "b": 1, "a": 2.50}, "version": "1.0.0" })",
      {});
  REQUIRE(definition.ok());
  CHECK(definition->name == "a.b-c_D9");
  CHECK(definition->version->text() == "1.0.0");
  CHECK(definition->members == R"("description":"d","inputSchema":{"type":"object","b":1,"a":2.5})");
}

TEST_CASE("the digest depends on the definition alone: not on order, spacing, version or manager") {
  const auto digest = [](const std::string& body) { return parse_definition(body, {})->digest; };
  const auto base = digest(R"({"name":"a","title":"t","inputSchema":{"type":"object","required":["x"]}})");
  CHECK(base == digest(R"({ "inputSchema":{"required":["x"],"type":"object"}, "title":"t", "name":"a" })"));
  CHECK(base == digest(R"({"name":"a","version":"2.0.0","title":"t","managedBy":{"kind":"K","name":"n"},
                           "inputSchema":{"type":"object","required":["x"]}})"));
  CHECK(base != digest(R"({"name":"a","title":"T","inputSchema":{"type":"object","required":["x"]}})"));
  CHECK(base != digest(R"({"name":"b","title":"t","inputSchema":{"type":"object","required":["x"]}})"));
}

TEST_CASE("an unknown field is an error that names it and the known ones") {
  const auto error = tool_refusal(with(R"("inputschema":{})"));
  CHECK(error.code == Code::Invalid);
  CHECK(error.field == "/inputschema");
  CHECK(error.detail.find("outputSchema") != std::string::npos);
  CHECK(tool_refusal(with(R"("a/b~c":1)")).field == "/a~1b~0c");
  CHECK(tool_refusal(with(R"("annotations":{"readOnly":true})")).field == "/annotations/readOnly");
  CHECK(tool_refusal(with(R"("icons":[{"src":"https://x/y","colour":"red"}])")).field == "/icons/0/colour");
  CHECK(tool_refusal(with(R"("managedBy":{"kind":"K","name":"n","apiVersion":"v1"})")).field ==
        "/managedBy/apiVersion");
}

TEST_CASE("members that are null are refused in one sentence that names them all") {
  const auto error = tool_refusal(with(R"("title":null,"tags":["a"],"outputSchema":null,"_meta":null)"));
  CHECK(error.code == Code::Invalid);
  CHECK(error.field == "/title");
  CHECK(error.detail ==
        "must not be null; leave out what is not there (null here: title, outputSchema, _meta)");
}

TEST_CASE("what the registry sets itself is refused in a body") {
  CHECK(tool_refusal(with(R"("digest":"sha256:00")")).detail.find("set by the registry") !=
        std::string::npos);
  CHECK(tool_refusal(with(R"("registeredAt":"2026-01-01T00:00:00Z")")).field == "/registeredAt");
}

TEST_CASE("each member is checked for its type and size, and the error says where") {
  const std::pair<const char*, const char*> cases[] = {
      {R"("title":1)", "/title"},
      {R"("description":null)", "/description"},
      {R"("version":1)", "/version"},
      {R"("version":"1.0")", "/version"},
      {R"("outputSchema":true)", "/outputSchema"},
      {R"("outputSchema":{"type":7})", "/outputSchema/type"},
      {R"("annotations":[])", "/annotations"},
      {R"("annotations":{"readOnlyHint":"yes"})", "/annotations/readOnlyHint"},
      {R"("icons":{})", "/icons"},
      {R"("icons":[{}])", "/icons/0/src"},
      {R"("icons":[{"src":"javascript:x"}])", "/icons/0/src"},
      {R"("icons":[{"src":"https://x/","theme":"blue"}])", "/icons/0/theme"},
      {R"("icons":[{"src":"https://x/","sizes":[48]}])", "/icons/0/sizes/0"},
      {R"("tags":["a","b","a"])", "/tags/2"},
      {R"("tags":[""])", "/tags/0"},
      {R"("execution":{"taskSupport":"maybe"})", "/execution/taskSupport"},
      {R"("_meta":1)", "/_meta"},
      {R"("managedBy":{"kind":"K"})", "/managedBy/name"},
      {R"("managedBy":{"kind":"K","name":"a/b"})", "/managedBy/name"},
      {R"("managedBy":7)", "/managedBy"},
  };
  for (const auto& [members, field] : cases) {
    CAPTURE(members);
    CHECK(tool_refusal(with(members)).field == field);
  }
  CHECK(tool_refusal(with("\"title\":\"" + std::string(257, 'x') + "\"")).field == "/title");
  // Characters count, not bytes.
  std::string umlauts;
  for (int i = 0; i < 256; ++i) umlauts += "\xc3\xa4";
  CHECK(parse_definition(with("\"title\":\"" + umlauts + "\""), {}).ok());
}

TEST_CASE("what a tool says of its server is checked as a server.json is, and the error says where") {
  const std::pair<std::string, const char*> cases[] = {
      {R"("description":5)", "/server/description"},
      {"\"description\":\"" + std::string(101, 'x') + '"', "/server/description"},
      {R"("remotes":"x")", "/server/remotes"},
      {R"("remotes":[null])", "/server/remotes/0"},
      {R"x("websiteUrl":"javascript:alert(2)")x", "/server/websiteUrl"},
      {R"("version":"latest")", "/server/version"},
      {R"("version":"^1.2.0")", "/server/version"},
      {R"("version":7)", "/server/version"},
  };
  for (const auto& [members, field] : cases) {
    CAPTURE(members);
    const auto error = tool_refusal(with(R"("server":{"name":"io.example/weather",)" + members + "}"));
    CAPTURE(error.detail);
    CHECK(error.code == Code::Invalid);
    CHECK(error.field == field);
  }
  // What is no part of a server.json is not looked at.
  CHECK(parse_definition(with(R"("server":{"name":"io.example/weather","own":{"description":5}})"), {}).ok());
  const auto internal =
      with(R"("server":{"name":"io.example/weather","remotes":[{"type":"sse","url":"http://10.0.0.1/x"}]})");
  CHECK(parse_definition(internal, {}).ok());
  ToolPolicy open;
  open.profile = Profile::Public;
  CHECK(tool_refusal(internal, open).field == "/server/remotes/0/url");
}

TEST_CASE("names are what MCP allows, apart from the two that no URL can hold") {
  for (const auto& name :
       {std::string("a"), std::string(128, 'x'), std::string("A.b_c-9"), std::string("...")}) {
    CHECK(check_tool_name(name).ok());
  }
  for (const auto& name :
       {std::string(), std::string(129, 'x'), std::string("a/b"), std::string("a b"), std::string("\xc3\xa4"),
        std::string("."), std::string(".."), std::string("a\nb"), std::string("a%2Fb")}) {
    CAPTURE(name);
    CHECK_FALSE(check_tool_name(name).ok());
  }
  CHECK(tool_refusal(R"({"name":7,"inputSchema":{"type":"object"}})").field == "/name");
  CHECK(tool_refusal(R"({"inputSchema":{"type":"object"}})").detail.find("missing") != std::string::npos);
}

TEST_CASE("the name of the URL fills in for one in the body and must not differ from it") {
  CHECK(parse_definition(R"({"inputSchema":{"type":"object"}})", {}, "a")->name == "a");
  CHECK(parse_definition(R"({"name":"a","inputSchema":{"type":"object"}})", {}, "a").ok());
  auto differs = parse_definition(R"({"name":"b","inputSchema":{"type":"object"}})", {}, "a");
  REQUIRE_FALSE(differs.ok());
  CHECK(differs.error().field == "/name");
}

TEST_CASE("the naming policy's globs allow and deny names") {
  ToolPolicy policy;
  policy.naming = {{"team-a.*", "shared-?"}, {"*.secret"}};
  CHECK(policy.naming.check("team-a.x").ok());
  CHECK(policy.naming.check("shared-1").ok());
  CHECK_FALSE(policy.naming.check("shared-12").ok());
  CHECK_FALSE(policy.naming.check("team-b.x").ok());
  CHECK_FALSE(policy.naming.check("team-a.secret").ok());
  CHECK(tool_refusal(R"({"name":"x","inputSchema":{"type":"object"}})", policy).detail.find("team-a.*") !=
        std::string::npos);
}

TEST_CASE("icons may come from http only where the registry is private") {
  ToolPolicy policy;
  const auto body = with(R"("icons":[{"src":"http://icons.svc/a.png"}])");
  CHECK(parse_definition(body, policy).ok());
  policy.profile = Profile::Public;
  CHECK(tool_refusal(body, policy).field == "/icons/0/src");
}

TEST_CASE("a definition over the size limit is refused before it is parsed") {
  ToolPolicy policy;
  policy.tool_bytes = 100;
  CHECK(tool_refusal(std::string(101, '['), policy).code == Code::TooLarge);
}

TEST_CASE("the input schema must be there and describe an object") {
  CHECK(tool_refusal(R"({"name":"a"})").field == "/inputSchema");
  CHECK(tool_refusal(R"({"name":"a","inputSchema":{}})").field == "/inputSchema/type");
  CHECK(tool_refusal(R"({"name":"a","inputSchema":{"type":"string"}})").field == "/inputSchema/type");
  CHECK(tool_refusal(R"({"name":"a","inputSchema":[]})").field == "/inputSchema");
  CHECK(tool_refusal("[]").code == Code::Malformed);
}

TEST_CASE("the document that is served is the definition with what the registry adds") {
  auto definition = parse_definition(
      R"({"name":"a","description":"say \"hi\"","inputSchema":{"type":"object"},"managedBy":{"kind":"MCPTool","namespace":"d","name":"n","uid":"u"}})",
      {});
  REQUIRE(definition.ok());
  CHECK(render_document(*definition, *Version::parse("1.0.0"), "T") ==
        R"({"name":"a","version":"1.0.0","description":"say \"hi\"","inputSchema":{"type":"object"},)"
        R"("managedBy":{"kind":"MCPTool","namespace":"d","name":"n","uid":"u"},"digest":"sha256:)" +
            to_hex(definition->digest) + R"(","contractDigest":"sha256:)" +
            to_hex(definition->contract_digest) + R"(","registeredAt":"T"})");
}

TEST_CASE("the contract's digest stays while only version, manager, tags, _meta and server change") {
  const auto contract = [](const std::string& members) {
    return parse_definition(R"({"name":"a","inputSchema":{"type":"object"})" + members + "}", {})
        ->contract_digest;
  };
  const auto base = contract("");
  for (const char* same : {R"(,"version":"2.0.0")", R"(,"tags":["t"])", R"(,"_meta":{"a":1})",
                           R"(,"server":{"name":"io.example/some","version":"3.0.0"})",
                           R"(,"managedBy":{"kind":"K","name":"n"})"}) {
    CAPTURE(same);
    CHECK(contract(same) == base);
  }
  for (const char* other : {R"(,"title":"t")", R"(,"description":"d")", R"(,"outputSchema":{})",
                            R"(,"annotations":{"readOnlyHint":true})", R"(,"icons":[])",
                            R"(,"execution":{"taskSupport":"optional"})"}) {
    CAPTURE(other);
    CHECK(contract(other) != base);
  }
}
