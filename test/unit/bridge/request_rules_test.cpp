#include "controller/bridge/request_rules.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "controller/bridge/message_text.hpp"
#include "controller/mcp/message/protocol.hpp"

using namespace toolhive;

using bridge::own_message;

namespace {

http::Headers headers(std::initializer_list<std::pair<std::string, std::string>> fields) {
  http::Headers made;
  for (const auto& [name, value] : fields) made.add(name, value);
  return made;
}

unsigned origin_status(const std::string& origin, const std::vector<std::string>& allowed = {}) {
  const auto breach = bridge::check_origin(headers({{"Origin", origin}}), allowed);
  return breach ? breach->http_status : 200;
}

unsigned post_status(const std::string& type, const std::string& accept) {
  const auto breach = bridge::check_post(headers({{"Content-Type", type}, {"Accept", accept}}));
  return breach ? breach->http_status : 200;
}

bridge::Message modern(const std::string& method, const std::string& params = {}) {
  return own_message(bridge::request_text(
      "1", method,
      R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})" +
          params + "}"));
}

std::int64_t code_of(const http::Headers& given, const bridge::Message& message) {
  const auto breach = bridge::check_modern(given, message);
  return breach ? breach->code : 0;
}

}  // namespace

TEST_CASE("a page of a foreign origin is refused, whatever its name looks like") {
  CHECK_FALSE(bridge::check_origin(headers({}), {}).has_value());
  CHECK(origin_status("http://localhost") == 200);
  CHECK(origin_status("http://LOCALHOST:3000") == 200);
  CHECK(origin_status("https://127.0.0.1:8080") == 200);
  CHECK(origin_status("http://[::1]:8080") == 200);
  CHECK(origin_status("http://localhost.evil.example") == 403);
  CHECK(origin_status("http://127.0.0.1.evil.example") == 403);
  CHECK(origin_status("http://evil.example/localhost") == 403);
  CHECK(origin_status("null") == 403);
  CHECK(origin_status("") == 403);
  CHECK(origin_status("https://app.example", {"https://app.example"}) == 200);
  CHECK(origin_status("https://app.example:8443", {"https://app.example"}) == 403);
  CHECK(origin_status("https://any.example", {"*"}) == 200);
}

TEST_CASE("a post is JSON, from a client that takes JSON and events") {
  CHECK(post_status("application/json", "application/json, text/event-stream") == 200);
  CHECK(post_status("Application/JSON; charset=utf-8", "text/event-stream;q=0.5,application/json") == 200);
  CHECK(post_status("application/json", "*/*") == 200);
  CHECK(post_status("application/json", "application/*, text/*") == 200);
  CHECK(post_status("text/plain", "*/*") == 415);
  CHECK(post_status("application/json-patch", "*/*") == 415);
  CHECK(post_status("application/json", "application/json") == 406);
  CHECK(post_status("application/json", "text/event-streams, application/json") == 406);
  CHECK(bridge::check_get(headers({{"Accept", "application/json"}}))->http_status == 406);
}

TEST_CASE("a message is of a modern version by what it says, or by its headers") {
  const auto legacy = own_message(bridge::request_text("1", "tools/list", {}));
  CHECK(bridge::is_modern(headers({}), modern("tools/list")));
  CHECK(bridge::is_modern(headers({{"mcp-protocol-version", "2026-07-28"}}), legacy));
  CHECK_FALSE(bridge::is_modern(headers({{"mcp-protocol-version", "2025-11-25"}}), legacy));
  CHECK_FALSE(bridge::is_modern(headers({}), legacy));
  CHECK_FALSE(bridge::is_modern(headers({{"mcp-session-id", "x"}, {"mcp-method", "a"}}), legacy));
}

TEST_CASE("headers of a modern request say the same as the message") {
  const auto version = std::pair<std::string, std::string>("MCP-Protocol-Version", "2026-07-28");
  const auto method = std::pair<std::string, std::string>("Mcp-Method", "tools/call");
  const auto call = modern("tools/call", R"(,"name":"gr\u00fc\u00dfe")");
  CHECK(code_of(headers({version, method, {"Mcp-Name", "=?base64?Z3LDvMOfZQ==?="}}), call) == 0);
  CHECK(code_of(headers({version, method, {"Mcp-Name", "grüße"}}), call) == 0);
  CHECK(code_of(headers({version, method, {"Mcp-Name", "other"}}), call) == mcp::kHeaderMismatch);
  CHECK(code_of(headers({version, method, {"Mcp-Name", "=?base64?!!?="}}), call) == mcp::kHeaderMismatch);
  CHECK(code_of(headers({version, method}), call) == mcp::kHeaderMismatch);
  CHECK(code_of(headers({method, {"Mcp-Name", "grüße"}}), call) == mcp::kHeaderMismatch);
  CHECK(code_of(headers({version, {"Mcp-Method", "TOOLS/CALL"}, {"Mcp-Name", "grüße"}}), call) ==
        mcp::kHeaderMismatch);
  CHECK(code_of(headers({{"MCP-Protocol-Version", "2025-11-25"}, method, {"Mcp-Name", "grüße"}}), call) ==
        mcp::kHeaderMismatch);
  const auto read = modern("resources/read", R"(,"uri":"file:///a")");
  CHECK(code_of(headers({version, {"Mcp-Method", "resources/read"}, {"Mcp-Name", "file:///a"}}), read) == 0);
  CHECK(code_of(headers({version, {"Mcp-Method", "resources/read"}, {"Mcp-Name", "file:///b"}}), read) ==
        mcp::kHeaderMismatch);
}

TEST_CASE("a modern request without its metadata has invalid params") {
  const auto bare = own_message(bridge::request_text("1", "tools/list", "{}"));
  CHECK(code_of(headers({{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}}), bare) ==
        -32602);
}

TEST_CASE("a session's requests name a version that is known, or none") {
  CHECK_FALSE(bridge::check_legacy(headers({})).has_value());
  CHECK_FALSE(bridge::check_legacy(headers({{"MCP-Protocol-Version", "2025-03-26"}})).has_value());
  CHECK(bridge::check_legacy(headers({{"MCP-Protocol-Version", "1.0"}}))->http_status == 400);
}
