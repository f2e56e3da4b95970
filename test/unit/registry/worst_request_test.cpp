// The worst that one request can ask for within the limits costs no more than its bytes do, at
// every endpoint.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "service_fixture.hpp"
#include "worst_documents.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

struct Asked {
  const char* what;
  unsigned status;
  std::string method, target, body;
  std::size_t most_bytes;
};

void ask(Service& service, const Asked& asked) {
  CAPTURE(std::string(asked.what));
  const auto start = process_time();
  const auto response = service.write(asked.method, asked.target, asked.body);
  const auto time = process_time() - start;
  CHECK(response.status == asked.status);
  const auto bytes = response.body == nullptr ? 0 : response.body->size();
  CHECK(bytes <= asked.most_bytes);
  CHECK(time < kMostTime);
  if (response.body != nullptr) CHECK(parse_json(*response.body, {64, 10'000'000}).ok());
}

constexpr char kTools[] = "/api/v1/tools";

}  // namespace

TEST_CASE(
    "a schema is checked in time in proportion to its size, whatever the draft and whether it is valid") {
  Service service;
  const auto small = kLargeBody + 5'000;
  const auto long_name = std::string(kLargeBody / 2, 'A');
  const auto objects = many(kLargeBody - 1'000, [](std::size_t i) { return R"({"a":)" + number(i) + "}"; });
  const auto booleans = many(120'000, [](std::size_t i) { return "\"d" + number(i) + "\":true"; });
  const auto references = many(100'000, [](std::size_t i) {
    return i < 1'900 ? "\"p" + number(i) + R"(":{"$ref":"#/$defs/d)" + number(i * 4) + "\"}"
                     : std::string(100'000, ' ');
  });
  const auto under_long = many(kLargeBody / 2 - 2'000, [](std::size_t i) {
    return i < 1'900 ? "\"p" + number(i) + R"(":{"$ref":"#/properties/q"})" : std::string(kLargeBody, ' ');
  });
  const auto ids = many(kLargeBody - 10'000, [](std::size_t i) {
    return i < 1'900 ? "\"p" + number(i) + R"(":{"$id":"/)" + number(i) + R"(/b","$ref":"../)" +
                           number(i / 2) + "/b\"}"
                     : std::string(kLargeBody, ' ');
  });
  const auto unknown = many(150'000, [](std::size_t i) { return "\"x" + number(i) + "\":{}"; });
  const auto deep = nested(28, "\"enum\":[" + names(kLargeBody - 2'000) + "]");
  const Asked table[] = {
      {"required", 201, "POST", kTools, tool("a", kDraft7 + ("\"required\":[" + names(kLargeBody) + "]")),
       small * 2},
      {"enum of texts", 201, "POST", kTools, tool("b", kDraft7 + ("\"enum\":[" + names(kLargeBody) + "]")),
       small * 2},
      {"enum of objects", 201, "POST", kTools, tool("c", kDraft7 + ("\"enum\":[" + objects + "]")),
       small * 2},
      {"unknown keyword", 201, "POST", kTools, tool("d", R"("x":1,"required":[)" + names(kLargeBody) + "]"),
       small * 2},
      {"deep", 201, "POST", kTools, tool("e", kDraft7 + deep), small * 2},
      {"deep and wrong", 422, "POST", kTools, tool("f", kDraft7 + ("\"minLength\":\"no\"," + deep)), 2'000},
      {"wrong under a long name", 422, "POST", kTools,
       tool("g", "\"properties\":{\"" + long_name + R"(":{"properties":{"a":{"type":"no"}}}})"), small * 3},
      {"definitions", 201, "POST", kTools,
       tool("h", "\"$defs\":{" + booleans + "},\"properties\":{" + references + "}"), small * 2},
      {"references under a long name", 201, "POST", kTools,
       tool("i", "\"properties\":{\"q\":{},\"" + long_name + R"(":{"properties":{)" + under_long + "}}}"),
       small * 2},
      {"addresses", 201, "POST", kTools,
       tool("j",
            R"("$id":"http://a.example/)" + std::string(1'900, 'a') + R"(/b","properties":{)" + ids + "}"),
       small * 2},
      {"references among unknown keywords", 201, "POST", kTools,
       tool("k", kDraft7 + unknown + R"(,"properties":{)" +
                     many(90'000,
                          [](std::size_t i) {
                            return i < 900 ? "\"p" + number(i) + R"(":{"$ref":"#/x)" + number(i) + "\"}"
                                           : std::string(90'000, ' ');
                          }) +
                     "}"),
       small * 2},
  };
  for (const auto& asked : table) ask(service, asked);
}

TEST_CASE("a server.json is checked in time and with an answer in proportion to its size") {
  Service service;
  const auto long_name = std::string(kLargeBody / 2, 'A');
  const auto members = many(kLargeBody / 2 - 2'000, [](std::size_t i) { return "\"" + number(i) + "\":1"; });
  const auto remote = [](const std::string& variables) {
    return server(R"("remotes":[{"type":"sse","url":"https://a.example/","variables":{)" + variables + "}}]");
  };
  const auto tools = [](const std::string& schema) {
    return server(R"("_meta":{"mcpregistry.dev/tools":[{"name":"t","inputSchema":{"type":"object",)" +
                  schema + "}}]}");
  };
  constexpr char kValidate[] = "/v0.1/validate";
  const Asked table[] = {
      {"members", 200, "POST", kValidate,
       server(many(kLargeBody, [](std::size_t i) { return "\"" + number(i) + "\":1"; })), 100'000},
      {"members under a long name", 200, "POST", kValidate, remote("\"" + long_name + "\":{" + members + "}"),
       100'000},
      {"choices under a long name", 200, "POST", kValidate,
       remote("\"" + long_name + "\":{\"choices\":[" +
              many(kLargeBody / 2 - 2'000, [](std::size_t) { return "1"; }) + "]}"),
       100'000},
      {"an address of braces", 200, "POST", kValidate,
       server(R"("remotes":[{"type":"sse","url":"http://a/)" + std::string(kLargeBody, '{') + "\"}]"),
       kLargeBody * 2},
      {"a schema", 200, "POST", kValidate,
       tools(kDraft7 + nested(28, "\"required\":[" + names(kLargeBody) + "]")), 100'000},
      {"a wrong schema", 200, "POST", kValidate,
       tools(kDraft7 + ("\"minLength\":\"no\"," + nested(28, "\"required\":[" + names(kLargeBody) + "]"))),
       100'000},
      {"publish", 422, "POST", "/v0.1/publish", remote("\"" + long_name + "\":{" + members + "}"), 100'000},
  };
  for (const auto& asked : table) ask(service, asked);
}

TEST_CASE("lists end where they have 8 MiB, and go on from there") {
  Service service;
  const std::string large(kLargeBody, 'x');
  for (int i = 100; i < 140; ++i) {
    const auto definition = R"({"name":"big)" + std::to_string(i) +
                            R"(","inputSchema":{"type":"object"},"_meta":{"text":")" + large + "\"}}";
    REQUIRE(service.post(definition).status == 201);
    const auto version = std::to_string(i) + ".0.0";
    REQUIRE(
        service.write("POST", "/v0.1/publish", server(R"("_meta":{"a.test/text":")" + large + "\"}", version))
            .status == 200);
  }
  std::string fields = "/api/v1/tools?limit=100&fields=_meta";
  while (fields.size() < 8'000) fields += ",_meta";
  const std::string paths[] = {"/api/v1/tools?limit=100", fields, "/api/v1/tools?limit=100&search=big",
                               "/v0.1/servers?limit=100", "/v0.1/servers/io.test%2Fworst/versions?"};
  for (const auto& path : paths) {
    CAPTURE(path.substr(0, 60));
    const bool tools = path.starts_with("/api");
    std::size_t count = 0, pages = 0;
    for (std::string cursor; pages < 5;) {
      const auto response = service.get(path + cursor);
      REQUIRE(response.status == 200);
      CHECK(response.body->size() <= kPageBytes);
      const auto page = body_of(response);
      ++pages;
      count += page[tools ? "tools" : "servers"].size();
      const auto& of_cursor = tools ? page : page["metadata"];
      if (!of_cursor.contains("nextCursor")) break;
      cursor = "&cursor=" + of_cursor["nextCursor"].get<std::string>();
    }
    CHECK(count == 40);
    CHECK(pages == 2);
  }
  ask(service, {"the status of all", 200, "PATCH", "/v0.1/servers/io.test%2Fworst/status",
                R"({"status":"deprecated"})", kPageBytes});
  ask(service, {"versions", 200, "GET", "/api/v1/tools/big100/versions?withdrawn=true", "", 10'000});
  ask(service, {"an allowlist", 200, "GET", "/views/managed-settings.json", "", 10'000});
  ask(service, {"a catalog", 200, "GET", "/.well-known/ai-catalog.json", "", 10'000});
}

TEST_CASE("two versions are compared in time and with an answer in proportion to their size") {
  Service service;
  const auto post = [&service](const std::string& name, const std::string& version,
                               const std::string& members) {
    const auto definition = R"({"name":")" + name + R"(","version":")" + version +
                            R"(","inputSchema":{"type":"object"},)" + members + "}";
    REQUIRE(service.post(definition).status == 201);
  };
  const auto meta = [](const char* value) {
    return R"("_meta":{)" +
           many(kLargeBody, [value](std::size_t i) { return "\"" + number(i) + "\":" + value; }) + "}";
  };
  post("meta", "1.0.0", meta("1"));
  post("meta", "2.0.0", meta("2"));
  const auto output = [](const std::string& members) {
    return R"("outputSchema":{"type":"object","properties":{)" + members + "}}";
  };
  const auto booleans = [](const char* value) {
    return many(kLargeBody, [value](std::size_t i) { return "\"p" + number(i) + "\":" + value; });
  };
  post("booleans", "1.0.0", output(booleans("true")));
  post("booleans", "2.0.0", output(booleans("false")));
  const auto under_long = [&output](const std::string& type) {
    const auto members = many(kLargeBody / 3, [&type](std::size_t i) {
      return i < 1'900 ? "\"p" + number(i) + R"(":{"type":")" + type + "\"}" : std::string(kLargeBody, ' ');
    });
    return output("\"" + std::string(150'000, 'A') + R"(":{"type":"object","properties":{)" + members + "}}");
  };
  post("long", "1.0.0", under_long("string"));
  post("long", "2.0.0", under_long("integer"));
  for (const char* name : {"meta", "booleans", "long"}) {
    const auto path = "/api/v1/tools/" + std::string(name) + "/diff?from=1.0.0&to=2.0.0";
    ask(service, {name, 200, "GET", path, "", 700'000});
    const auto side = [&](const char* version) {
      return R"({"name":")" + std::string(name) + R"(","version":")" + version + "\"}";
    };
    ask(service, {name, 200, "POST", "/api/v1/compare",
                  R"({"from":)" + side("1.0.0") + R"(,"to":)" + side("2.0.0") + "}", 700'000});
    ask(service, {name, 200, "GET", "/api/v1/tools/" + std::string(name) + "/history", "", 10'000});
  }
}

TEST_CASE("a message of MCP is answered in time and with an answer in proportion to its size") {
  Service service;
  REQUIRE(service.post(tool("a", R"("title":"t")")).status == 201);
  const auto message = [](const std::string& params) {
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + params + "}";
  };
  const auto arguments = [&](const std::string& members) {
    return message(R"({"name":"search_tools","arguments":{)" + members + "}}");
  };
  const auto most = std::size_t{60'000};
  const auto members = many(most, [](std::size_t i) { return "\"" + number(i) + "\":1"; });
  const std::string deep = std::string(30'000, '[') + std::string(30'000, ']');
  const Asked table[] = {
      {"too large", 413, "POST", "/mcp", std::string(kLargeBody, ' '), 1'000},
      {"a long name", 200, "POST", "/mcp", message(R"({"name":")" + std::string(most, 'n') + "\"}"), 1'000},
      {"arguments", 200, "POST", "/mcp", arguments(members), 1'000},
      {"an argument's name", 200, "POST", "/mcp", arguments("\"" + std::string(most, 'n') + "\":1"), 1'000},
      {"an argument", 200, "POST", "/mcp", arguments(R"("query":")" + std::string(most, ' ') + "\""), 1'000},
      {"deep", 400, "POST", "/mcp", message(deep), 1'000},
      {"quotes", 200, "POST", "/mcp",
       message(R"({"name":"get_tool","arguments":{"name":")" +
               many(most / 2, [](std::size_t) { return R"(\")"; }) + "\"}}"),
       1'000},
  };
  for (const auto& asked : table) ask(service, asked);
}

TEST_CASE("a status is changed in time in proportion to the size of what has it") {
  Service service;
  const auto members = many(kLargeBody, [](std::size_t i) { return "\"" + number(i) + "\":1"; });
  for (int i = 1; i <= 10; ++i) {
    const auto version = number(i) + ".0.0";
    REQUIRE(service
                .post(R"({"name":"a","version":")" + version +
                      R"(","inputSchema":{"type":"object"},"_meta":{)" + members + "}}")
                .status == 201);
  }
  ask(service, {"its history", 200, "GET", "/api/v1/tools/a/history?limit=50", "", 10'000});
  ask(service, {"a tool", 200, "PATCH", "/api/v1/tools/a", R"({"status":"deprecated"})", kPageBytes});
}

TEST_CASE("a request of some bytes does not have any number of versions written anew") {
  Service service;
  const std::string text = std::string(kLargeBody, 'x');
  const auto version_of = [&](std::size_t i, const std::string& uid) {
    return R"({"name":"a","version":")" + number(i) +
           R"(.0.0","inputSchema":{"type":"object"},"_meta":{"t":")" + text +
           R"("},"managedBy":{"kind":"MCPTool","namespace":"n","name":"a","uid":")" + uid + "\"}}";
  };
  for (std::size_t i = 1; i <= 110; ++i) {
    REQUIRE(service.post(version_of(i, "one")).status == 201);
    REQUIRE(service
                .write("POST", "/v0.1/publish",
                       server("\"_meta\":{\"a.test/text\":\"" + text + "\"}", number(i) + ".0.0"))
                .status == 200);
  }
  const std::string deprecated = R"({"status":"deprecated"})";
  const std::string tool_path = "/api/v1/tools/a", manager = "?managedBy=MCPTool/n/a";
  const std::string server_path = "/v0.1/servers/io.test%2Fworst";
  for (const auto& refused :
       {service.patch(tool_path + manager, deprecated), service.patch(server_path + "/status", deprecated),
        service.post(version_of(110, "other"))}) {
    CHECK(refused.status == 507);
    CHECK(detail_of(refused).find("24 MiB") != std::string::npos);
  }
  CHECK(service.patch(tool_path + "/versions/1.0.0" + manager, deprecated).status == 200);
  CHECK(service.patch(server_path + "/versions/1.0.0/status", deprecated).status == 200);
  // Of what has that status already nothing is written.
  for (std::size_t i = 2; i <= 20; ++i) {
    const auto version = "/versions/" + number(i) + ".0.0";
    REQUIRE(service.patch(tool_path + version + manager, deprecated).status == 200);
  }
  CHECK(service.patch(tool_path + manager, deprecated).status == 200);
}

TEST_CASE("what tools tell of a server is read in time in proportion to their number") {
  Service service;
  const auto members = many(kLargeBody - 2'000, [](std::size_t i) { return "\"" + number(i) + "\":1"; });
  for (int i = 0; i < 4; ++i) {
    const auto definition = R"({"name":"t)" + number(i) +
                            R"(","inputSchema":{"type":"object"},"server":{"name":"io.td/big"},"_meta":{)" +
                            members + "}}";
    REQUIRE(service.post(definition).status == 201);
  }
  for (const char* path : {"/v0.1/servers/io.td%2Fbig/versions/latest", "/v0.1/servers/io.td%2Fbig/versions",
                           "/v0.1/servers?limit=100"}) {
    ask(service, {path, 200, "GET", path, "", kPageBytes});
  }
}

TEST_CASE("a member of a tool is given once however often it is asked for") {
  Service service;
  REQUIRE(service.post(R"({"name":"a","title":"t","inputSchema":{"type":"object"}})").status == 201);
  CHECK(*service.get("/api/v1/tools?search=a&fields=title,name,title,name").body ==
        R"({"tools":[{"name":"a","title":"t"}]})");
}

TEST_CASE("a search for many words, or for the same again and again, costs no more than its words") {
  Service service;
  std::string text;
  while (text.size() < 16'000) text += "ba";
  for (int i = 100; i < 300; ++i) {
    const auto definition = R"({"name":"t)" + std::to_string(i) + R"(","description":")" + text +
                            R"(","inputSchema":{"type":"object"}})";
    REQUIRE(service.post(definition).status == 201);
  }
  ask(service,
      {"short words", 200, "GET",
       "/api/v1/tools?search=a+b+ab+ba+aba+bab+abab+baba+ababa+babab+a+b+ab+ba+aba+bab", "", kPageBytes});
  std::string words = "/api/v1/tools?search=a";
  for (int i = 0; i < 16; ++i) words += "+a";
  const auto refused = service.get(words);
  CHECK(refused.status == 400);
  CHECK(detail_of(refused) == "search: has more than 16 words; leave some out");
}
