// The whole program but main(), over sockets, with a server that the shell plays.
#include "controller/bridge/program.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "controller/bridge/flags.hpp"

#include "test/unit/http/client.hpp"

using namespace toolhive;

using http_test::Client;
using http_test::Response;

namespace {

// Answers by the number that each line begins its id with. `tools/call` says progress first,
// `tools/list` nothing at all.
constexpr const char* kServer = R"sh(
while read -r line; do
  id=$(echo "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case $line in
    *'"initialize"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"s","version":"1"}}}' ;;
    *'"ping"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{}}' ;;
    *'"tools/call"'*)
      echo '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":'$id',"progress":1}}'
      echo '{"jsonrpc":"2.0","id":'$id',"result":{"content":[]}}' ;;
    *'"notifications/cancelled"'*) echo "$line" >>"$CANCELLED" ;;
    *'"tools/list"'*) ;;
    *'"id":'*) echo '{"jsonrpc":"2.0","id":'$id',"error":{"code":-32601,"message":"no"}}' ;;
  esac
done
)sh";

struct Running {
  explicit Running(std::vector<std::string> words = {}) : program(flags(std::move(words))) {
    std::signal(SIGPIPE, SIG_IGN);  // as main() does
    REQUIRE(program.start().ok());
  }
  static bridge::Flags flags(std::vector<std::string> words) {
    words.insert(words.end(), {"--address", "127.0.0.1", "--port", "0", "--drain-timeout", "5", "--",
                               "/bin/sh", "-c", kServer});
    return *bridge::parse_flags(words);
  }

  Response request(const std::string& method, const std::string& target, const std::string& fields = {},
                   const std::string& body = {}) {
    Client client(program.port());
    client.send(head(method, target, fields, body) + body);
    return client.read();
  }
  static std::string head(const std::string& method, const std::string& target, const std::string& fields,
                          const std::string& body) {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  }
  Response post(const std::string& body, const std::string& fields = {}) {
    return request("POST", "/mcp", kJson + fields, body);
  }
  std::string open_session() {
    return post(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})")
        .fields["mcp-session-id"];
  }
  static std::string in(const std::string& session) { return "Mcp-Session-Id: " + session + "\r\n"; }

  static inline const std::string kJson =
      "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
  static inline const std::string kModern = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n";
  static inline const std::string kModernList =
      R"({"jsonrpc":"2.0","id":"m","method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";

  bridge::Program program;
};

bool eventually(const std::function<bool()>& so) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!so() && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return so();
}

}  // namespace

TEST_CASE("a session opens, answers by an object or by events, and ends") {
  Running bridge;
  const std::string session = bridge.open_session();
  REQUIRE(session.size() == 32);
  const std::string in = Running::in(session);
  Response reply = bridge.post(R"({"jsonrpc":"2.0","id":"p","method":"ping"})", in);
  CHECK(reply.status == 200);
  CHECK(reply.fields["content-type"] == "application/json");
  CHECK(reply.body == R"({"jsonrpc":"2.0","id":"p","result":{}})");
  reply = bridge.post(
      R"({"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"_meta":{"progressToken":"t"}}})", in);
  CHECK(reply.fields["content-type"] == "text/event-stream");
  CHECK(reply.body ==
        "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
        "{\"progressToken\":\"t\",\"progress\":1}}\n\n"
        "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"c\",\"result\":{\"content\":[]}}\n\n");
  CHECK(bridge.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", in).status == 202);
  CHECK(bridge.request("DELETE", "/mcp", in).status == 202);
  CHECK(bridge.post(R"({"jsonrpc":"2.0","id":"p","method":"ping"})", in).status == 404);
}

TEST_CASE("what is no request of MCP is refused by a JSON-RPC error") {
  Running bridge;
  CHECK(bridge.post("{").status == 400);
  CHECK(bridge.post("{").body.find("-32700") != std::string::npos);
  CHECK(bridge.post("[]").body.find("-32600") != std::string::npos);
  CHECK(bridge.post(R"({"jsonrpc":"2.0","id":1,"method":"ping"})").status == 400);
  CHECK(bridge.post(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", Running::in("guessed")).status == 404);
  CHECK(bridge.post(Running::kModernList, "Origin: http://evil.example\r\n").status == 403);
  CHECK(bridge.request("GET", "/mcp", "Accept: text/event-stream\r\n").status == 405);
  CHECK(bridge.request("PUT", "/mcp").status == 405);
  CHECK(bridge.request("GET", "/mcp/other").status == 404);
  CHECK(bridge.request("GET", "/").status == 404);
}

TEST_CASE("a request longer than the bridge takes is refused before it is read") {
  Running bridge({"--max-message-bytes", "1024"});
  CHECK(bridge.post(std::string(1025, ' ')).status == 413);
}

TEST_CASE("the bridge is ready when its server answers") {
  Running bridge;
  CHECK(bridge.request("GET", "/healthz").status == 200);
  CHECK(eventually([&] { return bridge.request("GET", "/ready").status == 200; }));
}

TEST_CASE("a modern client that hangs up has its request cancelled") {
  char name[] = "/tmp/bridge-cancelled-XXXXXX";
  ::close(::mkstemp(name));
  ::setenv("CANCELLED", name, 1);
  Running bridge;
  {
    Client client(bridge.program.port());
    client.send(Running::head("POST", "/mcp", Running::kJson + Running::kModern, Running::kModernList) +
                Running::kModernList);
    // The answer does not come, and becomes a stream, whose end is noticed.
    REQUIRE_FALSE(client.silent_for(std::chrono::seconds(10)));
  }
  CHECK(eventually([&] { return std::filesystem::file_size(name) > 0; }));
  std::filesystem::remove(name);
}

TEST_CASE("stopping ends streams, answers what is in flight, and takes its time for no more") {
  Running bridge;
  const std::string session = bridge.open_session();
  Client stream(bridge.program.port());
  stream.send(Running::head("GET", "/mcp", Running::in(session) + "Accept: text/event-stream\r\n", {}));
  REQUIRE_FALSE(stream.silent_for(std::chrono::seconds(10)));
  const auto start = std::chrono::steady_clock::now();
  bridge.program.stop();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
  CHECK(stream.read().complete);
}
