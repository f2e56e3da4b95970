#include "test/unit/mcp/scripted_server.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace toolhive::test {

namespace {

Asked read_asked(const std::string& request) {
  Asked asked;
  const std::size_t end = request.find("\r\n\r\n");
  std::istringstream head(request.substr(0, end));
  head >> asked.verb >> asked.target;
  std::string line;
  std::getline(head, line);
  while (std::getline(head, line)) {
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    asked.headers[name] = line.substr(colon + 2, line.find('\r') - colon - 2);
  }
  asked.text = request.substr(end + 4);
  asked.body = Json::parse(asked.text, nullptr, false);
  if (!asked.body.is_object()) asked.body = Json::object();
  return asked;
}

}  // namespace

std::string Asked::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), server_([this](Connection& connection) { serve(connection); }) {}

void ScriptedServer::serve(Connection& connection) {
  const std::string request = connection.read_request();
  if (request.empty()) return;
  const Asked asked = read_asked(request);
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(asked);
  }
  script_(asked, connection);
}

std::vector<Asked> ScriptedServer::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::vector<std::string> ScriptedServer::steps() const {
  std::vector<std::string> steps;
  for (const Asked& each : asked()) steps.push_back(each.verb + " " + each.method());
  return steps;
}

std::string result_text(const Asked& asked, const Json& result) {
  return Json{{"jsonrpc", "2.0"}, {"id", asked.body.value("id", Json())}, {"result", result}}.dump();
}

void answer(Connection& connection, const Asked& asked, const Json& result, const std::string& headers) {
  connection.reply(200, result_text(asked, result), "Content-Type: application/json\r\n" + headers);
}

void refuse(Connection& connection, const Asked& asked, int http_status, int code, const Json& data) {
  Json error = {{"code", code}, {"message", "refused"}};
  if (!data.is_null()) error["data"] = data;
  connection.reply(http_status,
                   Json{{"jsonrpc", "2.0"}, {"id", asked.body.value("id", Json())}, {"error", error}}.dump(),
                   "Content-Type: application/json\r\n");
}

void begin_stream(Connection& connection, const std::string& headers) {
  connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n" +
                  headers + "\r\n");
}

void send_event(Connection& connection, const std::string& lines) {
  connection.chunk(lines + "\n\n");
}

Json discover_result() {
  return {{"resultType", "complete"},
          {"supportedVersions", {"2026-07-28", "2025-11-25"}},
          {"capabilities", {{"tools", {{"listChanged", true}}}}},
          {"instructions", "Ask\nnicely."},
          {"ttlMs", 0},
          {"cacheScope", "public"},
          {"_meta",
           {{"io.modelcontextprotocol/serverInfo",
             {{"name", "weather"}, {"title", "Weather"}, {"version", "1.2.0"}}}}}};
}

Json initialize_result(const std::string& version) {
  return {{"protocolVersion", version},
          {"capabilities", {{"tools", Json::object()}}},
          {"serverInfo", {{"name", "old weather"}, {"version", "0.9"}}}};
}

Json page_of(const Asked& asked) {
  const Json params = asked.body.value("params", Json::object());
  const auto tool = [](const char* name) {
    return Json{{"name", name}, {"inputSchema", {{"type", "object"}}}, {"x-unknown", 1}};
  };
  if (!params.contains("cursor"))
    return {{"tools", {tool("a")}}, {"nextCursor", ""}, {"ttlMs", 60'000}, {"cacheScope", "private"}};
  return {{"tools", {tool("b")}}, {"ttlMs", 30'000}, {"cacheScope", "private"}};
}

void serve_modern(const Asked& asked, Connection& connection) {
  if (asked.method() == "server/discover") return answer(connection, asked, discover_result());
  if (asked.method() == "tools/list") return answer(connection, asked, page_of(asked));
  refuse(connection, asked, 404, -32601);
}

void serve_legacy(const Asked& asked, Connection& connection) {
  if (asked.verb == "DELETE") return connection.reply(200, "");
  if (asked.method() == "initialize")
    return answer(connection, asked, initialize_result(), "Mcp-Session-Id: s-1\r\n");
  if (asked.header("mcp-session-id") != "s-1") return connection.reply(400, "no session");
  if (asked.method() == "notifications/initialized") return connection.reply(202, "");
  if (asked.method() == "tools/list") return answer(connection, asked, page_of(asked));
  refuse(connection, asked, 200, -32601);
}

mcp::Options options_for(const std::string& url) {
  mcp::Options options;
  options.url = url;
  options.addresses.allowed = {"127.0.0.0/8"};
  return options;
}

StatusOr<mcp::Offer> read(const mcp::Options& options) {
  StatusOr<mcp::Client> client = mcp::Client::make(options);
  REQUIRE_MESSAGE(client.ok(), client.status());
  return client->read(Context{});
}

}  // namespace toolhive::test
