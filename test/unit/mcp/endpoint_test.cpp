// One request and what comes of it: streams, redirects, and servers that answer in ways none
// should.
#include "controller/mcp/client/endpoint.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "test/unit/mcp/scripted_server.hpp"

using namespace toolhive;
using test::Asked;
using test::Connection;
using test::ScriptedServer;

namespace {

const mcp::Protocol kModern{.version = "2026-07-28", .modern = true, .session_id = {}};
const mcp::Protocol kLegacy{.version = "2025-11-25", .modern = false, .session_id = "s"};
const Json kResult = {{"tools", Json::array()}};

StatusOr<mcp::Answer> ask(const ScriptedServer& server, const mcp::Protocol& protocol = kModern,
                          mcp::Limits limits = {}) {
  mcp::Options options = test::options_for(server.url());
  options.headers = {{"X-Api-Key", "s3cret"}};
  options.limits = limits;
  auto endpoint = mcp::Endpoint::make(options);
  REQUIRE_MESSAGE(endpoint.ok(), endpoint.status());
  return (*endpoint)->request(Context{}, protocol, "tools/list", Json::object());
}

Status status_of(const StatusOr<mcp::Answer>& answer) {
  return answer.ok() ? mcp::failure_of(*answer) : answer.status();
}

// The status of asking a server that always replies so.
Status asking(const std::string& body, const std::string& headers, int status = 200,
              mcp::Limits limits = {}) {
  ScriptedServer server(
      [&](const Asked&, Connection& connection) { connection.reply(status, body, headers); });
  return status_of(ask(server, kModern, limits));
}

const std::string kJson = "Content-Type: application/json\r\n";

TEST_CASE("an answer is taken from a stream that stays open, after whatever comes before it") {
  ScriptedServer server([](const Asked& asked, Connection& connection) {
    test::begin_stream(connection);
    test::send_event(connection, ": kept alive");
    test::send_event(connection, "id: 1\ndata: ");
    test::send_event(connection, "event: other\ndata: [");
    test::send_event(connection, R"(data: {"jsonrpc":"2.0","method":"notifications/message","params":{}})");
    test::send_event(connection, "event: message\ndata: " + test::result_text(asked, kResult));
    connection.wait_closed();
  });
  const auto answer = ask(server);
  REQUIRE_MESSAGE(answer.ok(), answer.status());
  REQUIRE(answer->has_result());
  CHECK(*answer->message->result == kResult);
}

TEST_CASE(
    "what a legacy server asks meanwhile is answered before it goes on: a ping, and all else with an error") {
  std::mutex mutex;
  std::condition_variable arrived;
  int answers = 0;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    if (asked.method().empty()) {
      const std::lock_guard lock(mutex);
      ++answers;
      arrived.notify_all();
      return connection.reply(202, "");
    }
    test::begin_stream(connection);
    test::send_event(connection, R"(data: {"jsonrpc":"2.0","id":"p","method":"ping"})");
    test::send_event(connection, R"(data: {"jsonrpc":"2.0","id":7,"method":"roots/list"})");
    std::unique_lock lock(mutex);
    if (arrived.wait_for(lock, std::chrono::seconds(10), [&] { return answers == 2; }))
      test::send_event(connection, "data: " + test::result_text(asked, kResult));
    connection.wait_closed();
  });
  CHECK(status_of(ask(server, kLegacy)).ok());
  const auto asked = server.asked();
  REQUIRE(asked.size() == 3);
  CHECK(asked[1].body == Json{{"jsonrpc", "2.0"}, {"id", "p"}, {"result", Json::object()}});
  CHECK(asked[2].body.at("id") == 7);
  CHECK(asked[2].body.at("error").at("code") == -32601);
  CHECK(asked[2].header("mcp-session-id") == "s");
}

TEST_CASE("a modern server, which may ask nothing, is not answered") {
  ScriptedServer server([](const Asked& asked, Connection& connection) {
    test::begin_stream(connection);
    test::send_event(connection, R"(data: {"jsonrpc":"2.0","id":"p","method":"ping"})");
    test::send_event(connection, "data: " + test::result_text(asked, kResult));
    connection.wait_closed();
  });
  CHECK(status_of(ask(server)).ok());
  CHECK(server.asked().size() == 1);
}

TEST_CASE(
    "a legacy stream that ends before the answer is gone on with where it ended, after the time that it asks "
    "for") {
  for (const bool broken : {false, true}) {
    CAPTURE(broken);
    Asked first;
    ScriptedServer server([&](const Asked& asked, Connection& connection) {
      test::begin_stream(connection);
      if (asked.verb == "POST") {
        first = asked;
        test::send_event(connection, "id: e-1\nretry: 30\ndata: ");
        connection.chunk("data: half of an ev");
        if (!broken) connection.send("0\r\n\r\n");
        return connection.close();
      }
      test::send_event(connection, "data: " + test::result_text(first, kResult));
      connection.wait_closed();
    });
    const auto start = std::chrono::steady_clock::now();
    CHECK(status_of(ask(server, kLegacy)).ok());
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(30));
    const auto asked = server.asked();
    REQUIRE(asked.size() == 2);
    CHECK(asked[1].verb == "GET");
    CHECK(asked[1].header("last-event-id") == "e-1");
    CHECK(asked[1].header("accept") == "text/event-stream");
    CHECK(asked[1].header("mcp-session-id") == "s");
  }
}

TEST_CASE("a stream is not gone on with for ever, nor after too long a wait, nor where it cannot be") {
  const auto broken_off = [](const std::string& event, const mcp::Protocol& protocol) {
    ScriptedServer server([&](const Asked&, Connection& connection) {
      test::begin_stream(connection);
      test::send_event(connection, event);
      connection.send("0\r\n\r\n");
    });
    return std::pair{status_of(ask(server, protocol)).code(), server.asked().size()};
  };
  CHECK(broken_off("id: 1\nretry: 1\ndata: ", kLegacy) == std::pair{Code::Unavailable, std::size_t{4}});
  CHECK(broken_off("id: 1\nretry: 3600000\ndata: ", kLegacy) == std::pair{Code::Timeout, std::size_t{1}});
  CHECK(broken_off("data: ", kLegacy) == std::pair{Code::Unavailable, std::size_t{1}});
  CHECK(broken_off("id: 1\nretry: 1\ndata: ", kModern) == std::pair{Code::Unavailable, std::size_t{1}});
}

TEST_CASE("what is no answer to the request is refused, with what came instead") {
  const auto refused = [](const Status& status, Code code, const char* text) {
    CHECK_MESSAGE(status.code() == code, status);
    CHECK_MESSAGE(status.message().find(text) != std::string::npos, status);
    CHECK(status.message().size() < 700);
  };
  refused(asking("<html>Welcome", "Content-Type: text/html; charset=utf-8\r\n"), Code::Decode,
          "<html>Welcome");
  refused(asking("{}", ""), Code::Decode, "of no type");
  refused(asking("<html>", kJson), Code::Decode, "not JSON");
  refused(asking("", kJson), Code::Decode, "not JSON");
  refused(asking(R"([{"jsonrpc":"2.0","id":1,"result":{}}])", kJson), Code::Decode, "batch");
  refused(asking(R"({"jsonrpc":"2.0","id":2,"result":{}})", kJson), Code::Decode, "does not answer");
  refused(asking(R"({"jsonrpc":"2.0","id":"1","result":{}})", kJson), Code::Decode, "does not answer");
  refused(asking(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", kJson), Code::Decode, "does not answer");
  refused(asking(R"({"jsonrpc":"2.0","id":1,"result":{}})", kJson + "Content-Encoding: gzip\r\n"),
          Code::Decode, "gzip");
  refused(
      asking("data: {\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}\n\n", "Content-Type: text/event-stream\r\n"),
      Code::Decode, "does not answer");
  refused(asking(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"broken"}})", kJson),
          Code::Invalid, "-32603: broken");
  refused(asking(std::string(100'000, '<'), "Content-Type: text/html\r\n", 500), Code::Unavailable, "<<<");
}

TEST_CASE("replies, events and requests of a server have bounds") {
  mcp::Limits limits;
  limits.http.body = 10'000;
  limits.event = 1000;
  limits.json_depth = 10;
  limits.server_requests = 3;
  const std::string stream = "Content-Type: text/event-stream\r\n";
  CHECK(asking(std::string(10'001, ' '), kJson, 200, limits).code() == Code::TooLarge);
  CHECK(asking("data: " + std::string(2000, 'x'), stream, 200, limits).code() == Code::TooLarge);
  CHECK(
      asking(R"({"jsonrpc":"2.0","id":1,"result":{"a":[[[[[[[[[[1]]]]]]]]]]}})", kJson, 200, limits).code() ==
      Code::Decode);
  std::string requests;
  for (int i = 0; i < 4; ++i) requests += "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n\n";
  CHECK(asking(requests, stream, 200, limits).code() == Code::TooLarge);
}

TEST_CASE("a redirect is followed within the origin, with the whole request, and remembered") {
  ScriptedServer server([](const Asked& asked, Connection& connection) {
    if (asked.target == "/mcp") return connection.reply(307, "", "Location: /mcp/\r\n");
    test::answer(connection, asked, kResult);
  });
  auto endpoint = mcp::Endpoint::make(test::options_for(server.url()));
  for (int i = 0; i < 2; ++i)
    CHECK(status_of((*endpoint)->request(Context{}, kModern, "tools/list", Json::object())).ok());
  const auto asked = server.asked();
  REQUIRE(asked.size() == 3);
  CHECK(asked[1].target == "/mcp/");
  CHECK(asked[1].text == asked[0].text);
  CHECK(asked[2].target == "/mcp/");
}

TEST_CASE("nothing is sent to another origin, and a redirect that loses the request is not followed") {
  ScriptedServer other(
      [](const Asked& asked, Connection& connection) { test::answer(connection, asked, kResult); });
  const auto redirected = [](int status, const std::string& location) {
    ScriptedServer server([&](const Asked&, Connection& connection) {
      connection.reply(status, "", "Location: " + location + "\r\n");
    });
    const Status refused = status_of(ask(server));
    CHECK(refused.code() == Code::Invalid);
    CHECK(refused.message().find("s3cret") == std::string::npos);
    return server.asked().size();
  };
  CHECK(redirected(307, other.url() + "?k=s3cret") == 1);
  CHECK(redirected(308, "//169.254.169.254/latest") == 1);
  CHECK(redirected(302, "/mcp/") == 1);
  CHECK(redirected(307, "") == 1);
  CHECK(redirected(307, "/mcp") == 4);
  CHECK(other.asked().empty());
}

TEST_CASE("names that a header cannot hold are sent encoded") {
  ScriptedServer server(
      [](const Asked& asked, Connection& connection) { test::answer(connection, asked, kResult); });
  auto endpoint = mcp::Endpoint::make(test::options_for(server.url()));
  for (const char* name : {"plain name", " blank", "\xc3\xa4", "=?base64?eA==?="})
    CHECK((*endpoint)->request(Context{}, kModern, "tools/call", {{"name", name}}).ok());
  CHECK((*endpoint)->request(Context{}, kModern, "resources/read", {{"uri", "file:///a"}}).ok());
  const auto asked = server.asked();
  CHECK(asked[0].header("mcp-name") == "plain name");
  CHECK(asked[1].header("mcp-name") == "=?base64?IGJsYW5r?=");
  CHECK(asked[2].header("mcp-name") == "=?base64?w6Q=?=");
  CHECK(asked[3].header("mcp-name").starts_with("=?base64?PT9"));
  CHECK(asked[4].header("mcp-name") == "file:///a");
}

}  // namespace
