// The registry as a server of the Model Context Protocol: POST /mcp.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "controller/base/base64.hpp"
#include "registry/api/mcp_tool_list.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

constexpr char kModern[] = "2026-07-28";
constexpr char kVersionMember[] = "io.modelcontextprotocol/protocolVersion";

Json meta_of(const std::string& version) {
  return {{kVersionMember, version}, {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
}

// A message as a modern client sends it, with headers that fit.
struct Message {
  Json body;
  McpHeaders headers;

  explicit Message(const std::string& method, Json params = Json::object()) {
    params["_meta"] = meta_of(kModern);
    headers = {kModern, method, params.contains("name") ? params["name"].get<std::string>() : "", ""};
    body = {{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", std::move(params)}};
  }
};

Response send(Service& service, const std::string& body, const McpHeaders& headers = {}) {
  Request request;
  request.method = "POST";
  request.target = "/mcp";
  request.content_type = "application/json";
  request.mcp = headers;
  request.body = body;
  return service.send(request);
}

Response send(Service& service, const Message& message) {
  return send(service, message.body.dump(), message.headers);
}

Json result_of(const Response& response) {
  CHECK(response.status == 200);
  CHECK(response.content_type == kJson);
  const auto message = body_of(response);
  CHECK(message["jsonrpc"] == "2.0");
  CHECK(message["id"] == 7);
  REQUIRE(message.contains("result"));
  return message["result"];
}

Json call(Service& service, const std::string& tool, const Json& arguments) {
  return result_of(send(service, Message("tools/call", {{"name", tool}, {"arguments", arguments}})));
}

// The code of a refusal, which has the id of its request.
int code_of(const Response& response) {
  const auto message = body_of(response);
  CHECK(message["jsonrpc"] == "2.0");
  REQUIRE(message.contains("error"));
  CHECK_FALSE(message["error"]["message"].get<std::string>().empty());
  return message["error"]["code"];
}

void register_weather(Service& service) {
  for (const char* definition :
       {R"({"name":"weather.now","version":"1.0.0","description":"Says the weather.","tags":["sky"],
            "inputSchema":{"type":"object"},"server":{"name":"io.example/weather"}})",
        R"({"name":"weather.now","version":"1.1.0","description":"Says what the weather is.","tags":["sky"],
            "inputSchema":{"type":"object"},"server":{"name":"io.example/weather"}})",
        R"({"name":"clock.now","version":"1.0.0","inputSchema":{"type":"object"}})"})
    REQUIRE(service.post(definition).status == 201);
}

}  // namespace

TEST_CASE("a modern client asks what the registry is, without a handshake") {
  Service service;
  const auto result = result_of(send(service, Message("server/discover")));
  CHECK(result["supportedVersions"][0] == kModern);
  CHECK(result["capabilities"] == Json{{"tools", Json::object()}});
  CHECK(result["resultType"] == "complete");
  CHECK(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "mcp-registry");
  CHECK(result["ttlMs"] > 0);
  CHECK(result["cacheScope"] == "public");
  // What sessions need is gone.
  for (const char* method : {"initialize", "ping", "resources/list", "nothing"}) {
    const auto response = send(service, Message(method));
    CHECK(response.status == 404);
    CHECK(code_of(response) == -32601);
    CHECK(body_of(response)["id"] == 7);
  }
}

TEST_CASE(
    "a client of before 2026-07-28 begins with initialize, in a version it speaks, and needs no session") {
  Service service;
  const auto ask = [&](const std::string& method, const Json& params, const std::string& version = "") {
    const Json body = {{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}};
    return send(service, body.dump(), {version, "", "", ""});
  };
  for (const auto& [asked, given] : {std::pair("2025-11-25", "2025-11-25"),
                                     {"2025-03-26", "2025-03-26"},
                                     {"2099-01-01", "2025-11-25"},
                                     {"", "2025-11-25"}}) {
    const auto response = ask("initialize", {{"protocolVersion", asked}});
    const auto result = result_of(response);
    CHECK(result["protocolVersion"] == given);
    CHECK(result["serverInfo"]["name"] == "mcp-registry");
    CHECK(result["capabilities"] == Json{{"tools", Json::object()}});
    CHECK(response.header("Mcp-Session-Id").empty());
  }
  const auto accepted =
      send(service, R"({"jsonrpc":"2.0","method":"notifications/initialized"})", {"2025-11-25", "", "", ""});
  CHECK(accepted.status == 202);
  CHECK(accepted.body == nullptr);
  CHECK(result_of(ask("ping", Json::object())) == Json::object());
  CHECK(result_of(ask("tools/list", Json::object(), "2025-06-18"))["tools"].size() == 4);
  CHECK(result_of(ask("tools/call", {{"name", "search_tools"}}, "2025-11-25"))["isError"] == false);
  const auto unknown = ask("resources/list", Json::object(), "2025-11-25");
  CHECK(unknown.status == 200);
  CHECK(code_of(unknown) == -32601);
}

TEST_CASE("the registry's own tools are definitions that it would register, and all on one page") {
  Service service;
  const auto result = result_of(send(service, Message("tools/list")));
  CHECK(result["ttlMs"] > 0);
  CHECK(result["cacheScope"] == "public");
  CHECK(result["tools"] == *parse_json(kMcpTools));
  CHECK(result["tools"].size() == 4);
  for (const auto& tool : result["tools"]) {
    CAPTURE(tool["name"]);
    CHECK(service.post(tool.dump()).status == 201);
    CHECK(tool["outputSchema"]["type"] == "object");
    CHECK(tool["annotations"]["readOnlyHint"] == true);
  }
  CHECK(code_of(send(service, Message("tools/list", {{"cursor", "x"}}))) == -32602);
}

TEST_CASE("a tool gives what the API gives, as structured content and as text") {
  Service service;
  register_weather(service);
  struct Row {
    const char* tool;
    Json arguments;
    const char* path;
  };
  const std::string fields = "fields=name,version,title,description,tags,server,status,replacement";
  const Row rows[] = {
      {"search_tools", Json::object(), "/api/v1/tools?"},
      {"search_tools", {{"query", "weather what"}}, "/api/v1/tools?search=weather%20what&"},
      {"search_tools", {{"tag", "sky"}, {"limit", 1}}, "/api/v1/tools?tag=sky&limit=1&"},
      {"search_tools", {{"server", "io.example/weather"}}, "/api/v1/tools?server=io.example%2Fweather&"},
      {"get_tool", {{"name", "weather.now"}}, "/api/v1/tools/weather.now"},
      {"get_tool",
       {{"name", "weather.now"}, {"version", "1.0.0"}},
       "/api/v1/tools/weather.now/versions/1.0.0"},
      {"list_servers", {{"search", "weather"}}, "/v0.1/servers?version=latest&search=weather"},
      {"compare_versions", {{"name", "weather.now"}}, "/api/v1/tools/weather.now/diff"},
      {"compare_versions",
       {{"name", "weather.now"}, {"from", "1.1.0"}, {"to", "1.0.0"}},
       "/api/v1/tools/weather.now/diff?from=1.1.0&to=1.0.0"},
  };
  for (const auto& [tool, arguments, path] : rows) {
    CAPTURE(tool);
    CAPTURE(arguments.dump());
    const std::string target = path;
    const auto direct =
        service.get(target.ends_with('?') || target.ends_with('&') ? target + fields : target);
    REQUIRE(direct.status == 200);
    const auto result = call(service, tool, arguments);
    CHECK(result["isError"] == false);
    CHECK(result["structuredContent"] == body_of(direct));
    CHECK(result["content"].size() == 1);
    CHECK(result["content"][0]["type"] == "text");
    CHECK(result["content"][0]["text"] == *direct.body);
  }
  // Page by page.
  const auto first = call(service, "search_tools", {{"limit", 1}})["structuredContent"];
  CHECK(first["tools"][0]["name"] == "clock.now");
  const auto second =
      call(service, "search_tools", {{"limit", 1}, {"cursor", first["nextCursor"]}})["structuredContent"];
  CHECK(second["tools"][0]["name"] == "weather.now");
  CHECK_FALSE(second.contains("nextCursor"));
}

TEST_CASE("what a call has wrong, and what is not found, is a result that says so") {
  Service service;
  register_weather(service);
  struct Row {
    const char* tool;
    Json arguments;
    const char* says;
  };
  const Row rows[] = {
      {"get_tool", {{"name", "nobody"}}, "no tool is registered as nobody"},
      {"get_tool", {{"name", ""}}, "no tool is registered as "},
      {"get_tool", {{"name", "io.example/weather"}}, "no tool is registered as io.example/weather"},
      {"get_tool", Json::object(), "name: is missing"},
      {"get_tool", {{"name", 1}}, "name: must be a string"},
      {"get_tool", {{"name", "weather.now"}, {"version", "9.0.0"}}, "has no version 9.0.0"},
      {"get_tool", {{"name", "weather.now"}, {"colour", "red"}}, "colour: is no argument of this tool"},
      {"search_tools", {{"limit", "1"}}, "limit: must be an integer"},
      {"search_tools", {{"limit", 101}}, "limit: must be a number from 1 to 100"},
      {"search_tools", {{"cursor", "x"}}, "cursor: must be the nextCursor"},
      {"search_tools", {{"query", "x&limit=1"}, {"tag", ""}}, "tag: must have 1 to 64 characters"},
      {"list_servers", {{"search", "ab"}}, "search: must have at least 3 characters"},
      {"compare_versions", {{"name", "clock.now"}}, "has no version before 1.0.0"},
  };
  for (const auto& [tool, arguments, says] : rows) {
    CAPTURE(tool);
    CAPTURE(arguments.dump());
    const auto result = call(service, tool, arguments);
    CHECK(result["isError"] == true);
    CHECK_FALSE(result.contains("structuredContent"));
    const auto text = result["content"][0]["text"].get<std::string>();
    CHECK_MESSAGE(text.find(says) != std::string::npos, text);
  }
  const auto parsed = parse_json(kMcpTools);
  for (const auto& tool : *parsed) {
    for (const auto& [name, schema] : tool["inputSchema"]["properties"].items()) {
      CAPTURE(name);
      const Json value = schema["type"] == "integer" ? Json(1) : Json("x");
      const auto said = call(service, tool["name"], {{name, value}}).dump();
      CHECK(said.find("is no argument") == std::string::npos);
      CHECK(said.find("must be an integer") == std::string::npos);
      CHECK(said.find("must be a string") == std::string::npos);
    }
  }
}

TEST_CASE("a request whose headers do not say what its body says is refused") {
  Service service;
  const auto refused = [&](const Message& message) {
    const auto response = send(service, message);
    CHECK(response.status == 400);
    CHECK(body_of(response)["id"] == 7);
    return code_of(response);
  };
  const auto changed = [](Message message, const auto& change) {
    change(message);
    return message;
  };
  const Message list("tools/list");
  const Message get("tools/call", {{"name", "search_tools"}});
  CHECK(refused(changed(list, [](auto& it) { it.headers.method.clear(); })) == -32020);
  CHECK(refused(changed(list, [](auto& it) { it.headers.method = "Tools/List"; })) == -32020);
  CHECK(refused(changed(list, [](auto& it) { it.headers.version.clear(); })) == -32020);
  CHECK(refused(changed(list, [](auto& it) { it.headers.version = "2025-11-25"; })) == -32020);
  CHECK(refused(changed(get, [](auto& it) { it.headers.name.clear(); })) == -32020);
  CHECK(refused(changed(get, [](auto& it) { it.headers.name = "get_tool"; })) == -32020);
  CHECK(refused(changed(get, [](auto& it) { it.headers.name = "=?base64?!?="; })) == -32020);
  // A header may have any bytes, and the refusal, which quotes it, is a message that this registry
  // would read as well.
  CHECK(refused(changed(list, [](auto& it) { it.headers.method = "tools/\xa1ist"; })) == -32020);
  const auto no_utf8 = "=?base64?" + toolhive::encode_base64(std::string("search\0\xff", 8)) + "?=";
  const auto quoted = send(service, changed(get, [&](auto& it) { it.headers.name = no_utf8; }));
  CHECK(toolhive::registry::parse_json(*quoted.body).ok());
  CHECK(refused(changed(get, [&](auto& it) { it.headers.name = no_utf8; })) == -32020);
  const auto encoded = "=?base64?" + toolhive::encode_base64("search_tools") + "?=";
  CHECK(send(service, changed(get, [&](auto& it) { it.headers.name = encoded; })).status == 200);

  CHECK(refused(changed(list, [](auto& it) { it.body["params"].erase("_meta"); })) == -32602);
  CHECK(refused(changed(list, [](auto& it) { it.body.erase("params"); })) == -32602);
  CHECK(refused(changed(list, [](auto& it) { it.body["params"] = 1; })) == -32602);
  CHECK(refused(changed(list, [](auto& it) { it.body["params"]["_meta"].erase(kVersionMember); })) == -32602);
  CHECK(refused(changed(list, [](auto& it) {
          it.body["params"]["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
        })) == -32602);
  CHECK(refused(Message("tools/call", {{"name", "drop_tools"}})) == -32602);
  CHECK(refused(Message("tools/call", {{"name", "search_tools"}, {"arguments", 1}})) == -32602);
}

TEST_CASE("a version that is not spoken here is refused with those that are") {
  Service service;
  Message message("tools/list");
  message.headers.version = "1900-01-01";
  message.body["params"]["_meta"][kVersionMember] = "1900-01-01";
  const auto response = send(service, message);
  CHECK(response.status == 400);
  CHECK(code_of(response) == -32022);
  const auto data = body_of(response)["error"]["data"];
  CHECK(data["requested"] == "1900-01-01");
  CHECK(data["supported"][0] == kModern);
  CHECK(std::count(data["supported"].begin(), data["supported"].end(), "2025-11-25") == 1);
}

TEST_CASE("what is no message of JSON-RPC is refused, and answers are not asked for") {
  Service service;
  for (const auto& [body, code] : {std::pair("", -32700),
                                   {"{", -32700},
                                   {"[]", -32600},
                                   {"{}", -32600},
                                   {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600},
                                   {R"({"jsonrpc":"2.0","id":1,"result":{}})", -32600}}) {
    CAPTURE(body);
    const auto response = send(service, body);
    CHECK(response.status == 400);
    CHECK(code_of(response) == code);
    CHECK_FALSE(body_of(response).contains("id"));
  }
  Request untyped;
  untyped.method = "POST";
  untyped.target = "/mcp";
  CHECK(service.send(untyped).status == 415);
  CHECK(service.get("/mcp").status == 405);
  CHECK(service.write("DELETE", "/mcp", "").status == 405);
}

TEST_CASE("pages of other machines are refused") {
  Service service;
  const auto status_from = [&](const std::string& origin) {
    Message message("tools/list");
    message.headers.origin = origin;
    return send(service, message).status;
  };
  for (const char* origin :
       {"", "http://localhost", "http://localhost:6274", "https://127.0.0.1:8080", "http://[::1]:1"})
    CHECK_MESSAGE(status_from(origin) == 200, origin);
  for (const char* origin : {"null", "http://evil.example", "http://localhost.evil.example",
                             "https://127.0.0.1.nip.io:80", "http://[::1]x"})
    CHECK_MESSAGE(status_from(origin) == 403, origin);
}

TEST_CASE("a registry that does not serve MCP says so") {
  Service service;
  service.api.serve_mcp(false);
  const auto response = send(service, Message("tools/list"));
  CHECK(response.status == 404);
  CHECK(detail_of(response).find("mcp: false") != std::string::npos);
}
