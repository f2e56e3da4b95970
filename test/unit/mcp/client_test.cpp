// Reading servers of both eras.
#include "controller/mcp/client/client.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/mcp/message/protocol.hpp"
#include "test/unit/mcp/scripted_server.hpp"

using namespace toolhive;
using test::Asked;
using test::Connection;
using test::ScriptedServer;

namespace {

using Steps = std::vector<std::string>;

const Steps kLegacyRead = {"POST initialize", "POST notifications/initialized", "POST tools/list",
                           "POST tools/list", "DELETE "};

mcp::Client client_of(const mcp::Options& options) {
  StatusOr<mcp::Client> client = mcp::Client::make(options);
  REQUIRE_MESSAGE(client.ok(), client.status());
  return *std::move(client);
}

mcp::Offer offer_of(mcp::Client& client) {
  const StatusOr<mcp::Offer> offer = client.read(Context{});
  REQUIRE_MESSAGE(offer.ok(), offer.status());
  return *offer;
}

Status failure_at(const ScriptedServer& server) {
  return test::read(test::options_for(server.url())).status();
}

Steps after_discover(Steps steps) {
  steps.insert(steps.begin(), "POST server/discover");
  return steps;
}

TEST_CASE("a modern server is read without a handshake, every page of its tools in order") {
  ScriptedServer server(test::serve_modern);
  mcp::Client client = client_of(test::options_for(server.url()));
  const mcp::Offer offer = offer_of(client);
  CHECK(offer.server.name == "weather");
  CHECK(offer.server.title == "Weather");
  CHECK(offer.server.version == "1.2.0");
  CHECK(offer.server.instructions == "Ask nicely.");
  CHECK(offer.server.protocol_version == "2026-07-28");
  CHECK(offer.server.capabilities->contains("tools"));
  CHECK(offer.server.tools);
  CHECK(offer.server.tools_list_changed);
  REQUIRE(offer.list.tools.size() == 2);
  CHECK(offer.list.tools[0]->dump() == R"({"inputSchema":{"type":"object"},"name":"a","x-unknown":1})");
  CHECK(offer.list.tools[1]->value("name", "") == "b");
  CHECK(offer.list.pages == 2);
  CHECK(offer.list.ttl == std::chrono::seconds(30));
  CHECK(offer.list.is_private);
  CHECK(server.steps() == Steps{"POST server/discover", "POST tools/list", "POST tools/list"});
}

TEST_CASE("each modern request says version, client and method in its body and its header") {
  ScriptedServer server(test::serve_modern);
  mcp::Options options = test::options_for(server.url());
  options.headers = {{"X-Api-Key", "k"}};
  mcp::Client client = client_of(options);
  offer_of(client);
  for (const Asked& asked : server.asked()) {
    CHECK(asked.header("mcp-protocol-version") == "2026-07-28");
    CHECK(asked.header("mcp-method") == asked.method());
    CHECK(asked.header("x-api-key") == "k");
    CHECK(asked.header("accept") == "application/json, text/event-stream");
    CHECK(asked.header("content-type") == "application/json");
    const Json& meta = asked.body.at("params").at("_meta");
    CHECK(meta.at(mcp::kMetaVersion) == "2026-07-28");
    CHECK(meta.at(mcp::kMetaClientInfo).at("name") == "toolhive-operator");
    CHECK(meta.at(mcp::kMetaClientCapabilities) == Json::object());
  }
}

TEST_CASE("a legacy server is met with the handshake, kept to its session and told the end of it") {
  ScriptedServer server(test::serve_legacy);
  mcp::Client client = client_of(test::options_for(server.url()));
  const mcp::Offer offer = offer_of(client);
  CHECK(offer.server.name == "old weather");
  CHECK(offer.server.protocol_version == "2025-11-25");
  CHECK_FALSE(offer.server.tools_list_changed);
  CHECK(offer.list.tools.size() == 2);
  CHECK(server.steps() == after_discover(kLegacyRead));
  const std::vector<Asked> asked = server.asked();
  CHECK(asked[1].body.at("params").at("protocolVersion") == "2025-11-25");
  CHECK(asked[1].header("mcp-protocol-version").empty());
  CHECK(asked[1].header("mcp-session-id").empty());
  CHECK_FALSE(asked[3].body.at("params").contains("_meta"));
  for (std::size_t i = 2; i < asked.size(); ++i) {
    CHECK(asked[i].header("mcp-protocol-version") == "2025-11-25");
    CHECK(asked[i].header("mcp-session-id") == "s-1");
    CHECK(asked[i].header("mcp-method").empty());
  }
}

TEST_CASE("the era of a server is remembered, and looked for again when it no longer fits") {
  std::atomic<bool> upgraded = false;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    upgraded ? test::serve_modern(asked, connection) : test::serve_legacy(asked, connection);
  });
  mcp::Client client = client_of(test::options_for(server.url()));
  offer_of(client);
  offer_of(client);
  Steps expected = after_discover(kLegacyRead);
  expected.insert(expected.end(), kLegacyRead.begin(), kLegacyRead.end());
  CHECK(server.steps() == expected);
  upgraded = true;
  CHECK(offer_of(client).server.protocol_version == "2026-07-28");
}

TEST_CASE("a server that answers discovery but lists legacy versions only is met with the latest of them") {
  ScriptedServer server([](const Asked& asked, Connection& connection) {
    if (asked.method() == "server/discover")
      return test::answer(connection, asked, {{"supportedVersions", {"2024-11-05", "2025-06-18"}}});
    if (asked.method() == "initialize")
      return test::answer(connection, asked, test::initialize_result("2025-06-18"),
                          "Mcp-Session-Id: s-1\r\n");
    test::serve_legacy(asked, connection);
  });
  mcp::Client client = client_of(test::options_for(server.url()));
  CHECK(offer_of(client).server.protocol_version == "2025-06-18");
  CHECK(server.asked()[1].body.at("params").at("protocolVersion") == "2025-06-18");
}

TEST_CASE("a server without a session, or of a version without the header, is not sent one") {
  ScriptedServer server([](const Asked& asked, Connection& connection) {
    if (asked.method() == "initialize")
      return test::answer(connection, asked, test::initialize_result("2025-03-26"));
    if (asked.method() == "notifications/initialized") return connection.reply(202, "");
    if (asked.method() == "tools/list") return test::answer(connection, asked, {{"tools", Json::array()}});
    connection.reply(405, "");
  });
  mcp::Client client = client_of(test::options_for(server.url()));
  CHECK(offer_of(client).list.tools.empty());
  for (const Asked& asked : server.asked()) {
    if (asked.method() == "server/discover") continue;
    CHECK(asked.header("mcp-protocol-version").empty());
    CHECK(asked.header("mcp-session-id").empty());
    CHECK(asked.verb == "POST");
  }
}

TEST_CASE("a modern server that wants another version is asked again, once") {
  std::atomic<int> refusals = 1;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    if (refusals-- > 0)
      return test::refuse(connection, asked, 400, mcp::kUnsupportedVersion, {{"supported", {"2026-07-28"}}});
    test::serve_modern(asked, connection);
  });
  CHECK(test::read(test::options_for(server.url())).ok());
  refusals = 100;
  const Status refused = failure_at(server);
  CHECK(refused.code() == Code::Invalid);
  CHECK(refused.message().starts_with("server/discover: "));
}

TEST_CASE("a server without tools offers none, whatever it says to being asked for them") {
  for (const int http_status : {200, 404}) {
    ScriptedServer server([&](const Asked& asked, Connection& connection) {
      if (asked.method() == "tools/list") return test::refuse(connection, asked, http_status, -32601);
      test::serve_modern(asked, connection);
    });
    const StatusOr<mcp::Offer> offer = test::read(test::options_for(server.url()));
    REQUIRE_MESSAGE(offer.ok(), offer.status());
    CHECK(offer->list.tools.empty());
  }
}

TEST_CASE("a session that is gone is replaced once, and the list begun again") {
  std::atomic<int> gone = 1;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    if (asked.method() == "tools/list" && asked.body.at("params").contains("cursor") && gone-- > 0)
      return connection.reply(404, "");
    test::serve_legacy(asked, connection);
  });
  mcp::Client client = client_of(test::options_for(server.url()));
  CHECK(offer_of(client).list.tools.size() == 2);
  gone = 100;
  const Status lost = client.read(Context{}).status();
  CHECK(lost.code() == Code::Expired);
  CHECK(lost.message().starts_with("tools/list, page 2: "));
}

TEST_CASE("a cursor that the server no longer takes begins the list again, once") {
  std::atomic<int> stale = 1;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    if (asked.method() == "tools/list" && asked.body.at("params").contains("cursor") && stale-- > 0)
      return test::refuse(connection, asked, 200, mcp::kInvalidParams);
    test::serve_modern(asked, connection);
  });
  CHECK(test::read(test::options_for(server.url()))->list.tools.size() == 2);
  stale = 100;
  CHECK(failure_at(server).code() == Code::Expired);
}

TEST_CASE("a failure is told by its step, with what to do") {
  const auto failing_at = [](const std::string& method, int http_status, const std::string& headers) {
    ScriptedServer server([&](const Asked& asked, Connection& connection) {
      if (asked.method() == method) return connection.reply(http_status, "no", headers);
      test::serve_legacy(asked, connection);
    });
    return failure_at(server);
  };
  const auto starts = [](const Status& status, const char* text) {
    CHECK_MESSAGE(status.message().starts_with(text), status);
  };
  const Status unknown = failing_at("server/discover", 401, "WWW-Authenticate: Bearer realm=\"x\"\r\n");
  CHECK(unknown.code() == Code::Unauthorized);
  starts(unknown, "server/discover: the server is alive");
  CHECK(unknown.message().find("Bearer realm") != std::string::npos);
  const Status huge =
      failing_at("server/discover", 401, "WWW-Authenticate: " + std::string(20'000, 'x') + "\r\n");
  CHECK(huge.message().size() < 1000);
  CHECK(failing_at("server/discover", 403, "").code() == Code::Forbidden);
  const Status busy = failing_at("initialize", 429, "Retry-After: 7\r\n");
  CHECK(busy.code() == Code::TooManyRequests);
  CHECK(busy.retry_after() == std::chrono::seconds(7));
  starts(busy, "initialize: ");
  CHECK(failing_at("tools/list", 503, "Retry-After: 999999999999\r\n").retry_after() ==
        std::chrono::hours(1));
  starts(failing_at("notifications/initialized", 500, ""), "notifications/initialized: the server failed");
  starts(failing_at("tools/list", 503, ""), "tools/list, page 1: ");
  const Status nothing = failing_at("initialize", 404, "");
  CHECK(nothing.code() == Code::NotFound);
  starts(nothing, "initialize: nothing speaks MCP at this path");
}

TEST_CASE("a session id that no header may hold again, and a result that is not complete, are refused") {
  for (const std::string& id : {std::string("a b"), std::string(1025, 'x')}) {
    ScriptedServer server([&](const Asked& asked, Connection& connection) {
      if (asked.method() == "initialize")
        return test::answer(connection, asked, test::initialize_result(), "Mcp-Session-Id: " + id + "\r\n");
      test::serve_legacy(asked, connection);
    });
    const Status refused = failure_at(server);
    CHECK(refused.code() == Code::Decode);
    CHECK(refused.message().starts_with("initialize: the server's session id"));
  }
  for (const Json& type : {Json("input_required"), Json("new"), Json(7)}) {
    ScriptedServer server([&](const Asked& asked, Connection& connection) {
      if (asked.method() == "tools/list")
        return test::answer(connection, asked, {{"resultType", type}, {"tools", Json::array()}});
      test::serve_modern(asked, connection);
    });
    const Status refused = failure_at(server);
    CHECK(refused.code() == Code::Decode);
    CHECK(refused.message().starts_with("tools/list, page 1: the result is not complete"));
  }
}

TEST_CASE("a read ends when its time is over, or its caller stops it, at whatever page it is") {
  ScriptedServer server([](const Asked& asked, Connection& connection) {
    if (asked.method() == "tools/list" && asked.body.at("params").contains("cursor"))
      return connection.wait_closed();
    test::serve_modern(asked, connection);
  });
  mcp::Options options = test::options_for(server.url());
  options.limits.total = std::chrono::milliseconds(300);
  const Status late = test::read(options).status();
  CHECK(late.code() == Code::Timeout);
  CHECK(late.message().starts_with("tools/list, page 2: "));
  std::stop_source stop;
  mcp::Client client = client_of(test::options_for(server.url()));
  stop.request_stop();
  Context stopped;
  stopped.stop = stop.get_token();
  CHECK(client.read(stopped).status().code() == Code::Cancelled);
}

TEST_CASE("options that cannot be used are refused before anything is asked, without showing secrets") {
  const auto refusal = [](const mcp::Options& options) {
    const Status status = mcp::Client::make(options).status();
    CHECK(status.code() == Code::Invalid);
    CHECK(status.message().find("s3cret") == std::string::npos);
  };
  mcp::Options options = test::options_for("https://a/mcp");
  CHECK(mcp::Client::make(options).ok());
  options.headers = {{"Authorization", "s3cret\n"}};
  refusal(options);
  options.headers = {{"Authorization", "s3cret"}};
  options.oauth = mcp::ClientCredentials{
      .client_id = "i", .client_secret = "s3cret", .scopes = {}, .token_url = "https://b", .issuer = {}};
  refusal(options);
  options.headers.clear();
  CHECK(mcp::Client::make(options).ok());
  options.oauth->token_url = "http://b";
  refusal(options);
  options.oauth->token_url.clear();
  refusal(options);
  refusal(test::options_for("https://a/mcp?k=s3cret#"));
  options = test::options_for("https://a");
  options.authorities = "s3cret";
  refusal(options);
  options = test::options_for("https://a");
  options.addresses.denied = {"here"};
  refusal(options);
}

}  // namespace
