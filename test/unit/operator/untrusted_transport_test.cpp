// Registries that answer in ways no registry does, and what that costs the operator.
#include "controller/operator/untrusted_transport.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "controller/operator/registry_client.hpp"
#include "test/unit/kube/fake_server.hpp"
#include "test/unit/operator/limited_child.hpp"

using namespace toolhive;

namespace {

using namespace std::chrono_literals;
using kube::HttpRequest;
using test::ChildOutcome;
using test::Connection;
using test::FakeServer;
using toolhive::RegistryClient;
using toolhive::UntrustedTransport;

StatusOr<kube::HttpResponse> send(int port, std::chrono::milliseconds timeout = 10s,
                                  UntrustedTransport::Bearer bearer = {}) {
  UntrustedTransport transport("127.0.0.1", port, std::move(bearer));
  HttpRequest request{
      .method = "POST", .target = "/api/v1/tools?x=1", .content_type = "application/json", .body = "{}"};
  request.max_reply = 1U << 20;
  return transport.send(Context{}.with_timeout(timeout), request);
}

TEST_CASE("a request arrives as given, and the answer comes back whatever its status") {
  std::string asked;
  FakeServer server([&](Connection& connection) {
    asked = connection.read_request();
    connection.send("HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.chunk("{\"error\":");
    connection.chunk("\"no\"}");
    connection.send("0\r\n\r\n");
    connection.wait_closed();
  });
  const auto reply = send(server.port());
  REQUIRE_MESSAGE(reply.ok(), reply.status());
  CHECK(reply->status == 422);
  CHECK(reply->body == R"({"error":"no"})");
  CHECK(asked.starts_with("POST /api/v1/tools?x=1 HTTP/1.1\r\n"));
  CHECK(asked.find("\r\nHost: 127.0.0.1:") != std::string::npos);
  CHECK(asked.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(asked.find("Authorization:") == std::string::npos);
  CHECK(asked.ends_with("\r\n\r\n{}"));
}

TEST_CASE("a call has the token that was made for it, and is not sent without one") {
  std::string asked;
  FakeServer server([&](Connection& connection) {
    asked = connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    connection.wait_closed();
  });
  CHECK(send(server.port(), 10s, [](const Context&) { return StatusOr<std::string>("a.b.c"); }).ok());
  CHECK(asked.find("\r\nAuthorization: Bearer a.b.c\r\n") != std::string::npos);
  asked.clear();
  const auto none = send(server.port(), 10s, [](const Context&) -> StatusOr<std::string> {
    return Status(Code::NotFound, "no key");
  });
  CHECK(none.status().message() == "no key");
  CHECK(none.status().code() == Code::Unavailable);  // no word of the registry's
  CHECK(asked.empty());
}

TEST_CASE("a registry that is not there, or breaks off, is named with what happened") {
  int port = 0;
  {
    const FakeServer gone([](Connection&) {});
    port = gone.port();
  }
  const Status refused = send(port).status();
  CHECK(refused.code() == Code::Unavailable);
  CHECK(refused.message().find("does not accept connections") != std::string::npos);
  CHECK(refused.message().find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{");
    connection.close();
  });
  CHECK(send(server.port()).status().code() == Code::Unavailable);
}

TEST_CASE(
    "a registry that is silent, or drips, is given up at the deadline, and a stop ends the call at once") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    for (int i = 0; i < 500; ++i) {
      if (::send(connection.fd(), "x", 1, MSG_NOSIGNAL) != 1) return;
      std::this_thread::sleep_for(10ms);
    }
  });
  const auto start = std::chrono::steady_clock::now();
  CHECK(send(server.port(), 300ms).status().code() == Code::Timeout);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  UntrustedTransport transport("127.0.0.1", server.port());
  CHECK(transport.send(Context{.stop = stop.get_token()}, {.method = "GET", .target = "/"}).status().code() ==
        Code::Cancelled);
  CHECK(std::chrono::steady_clock::now() - start < 3s);
}

// Sends `block` without end.
void flood(Connection& connection, const std::string& head, const std::string& block) {
  connection.read_request();
  connection.send(head);
  for (std::size_t sent = 0; sent < 500'000'000; sent += block.size())
    if (::send(connection.fd(), block.data(), block.size(), MSG_NOSIGNAL) <= 0) return;
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kBlock(1U << 20, 'x');

// About 1 MB of it.
std::string repeated(const std::string& text) {
  std::string block = text;
  while (block.size() < 1'000'000) block += block;
  return block;
}

struct Flood {
  const char* name;
  std::string head;
  std::string block;
};

std::vector<Flood> floods() {
  return {{"500 MB", kOk + "Content-Length: 500000000\r\n\r\n", kBlock},
          {"no length", kOk + "\r\n", kBlock},
          {"one chunk", kOk + "Transfer-Encoding: chunked\r\n\r\n1dcd6500\r\n", kBlock},
          {"a chunk of -1", kOk + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", kBlock},
          {"a chunk of 2^64-1", kOk + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", kBlock},
          {"a chunk's head without end", kOk + "Transfer-Encoding: chunked\r\n\r\n1;", kBlock},
          {"a header without end", kOk + "X: ", kBlock},
          {"headers without end", kOk, repeated("X-Y: z\r\n")},
          {"a status line without end", "HTTP/1.1 200 ", kBlock},
          {"an error of 500 MB", "HTTP/1.1 500 No\r\nContent-Length: 500000000\r\n\r\n", kBlock},
          {"a nest", kOk + "Content-Length: 2000000\r\n\r\n", repeated("[")},
          {"many values", kOk + "Content-Length: 2000001\r\n\r\n[", repeated("{},")},
          {"no HTTP", "", kBlock}};
}

TEST_CASE("answers without end are refused while they come") {
  for (const Flood& sent : floods()) {
    INFO(std::string(sent.name));
    FakeServer server([&](Connection& connection) { flood(connection, sent.head, sent.block); });
    RegistryClient client(std::make_shared<UntrustedTransport>("127.0.0.1", server.port()), "");
    const Status refused = client.get(Context{}, "a", "1").status();
    CHECK_MESSAGE((refused.code() == Code::Decode || refused.code() == Code::TooLarge ||
                   refused.code() == Code::Unavailable),
                  refused);
    CHECK(refused.message().size() < 600);
  }
}

// The child of the next test, which is given a server's port for each kind of flood.
TEST_CASE("asks hostile registries under the memory limit of the Deployment" * doctest::skip()) {
  const char* ports = std::getenv("HOSTILE_PORTS");
  REQUIRE(ports != nullptr);
  std::vector<std::jthread> workers;
  for (int worker = 0; worker < 4; ++worker)
    workers.emplace_back([ports] {
      for (const auto& port : Json::parse(ports)) {
        RegistryClient client(std::make_shared<UntrustedTransport>("127.0.0.1", port.get<int>()), "");
        CHECK_FALSE(client.get(Context{}, "a", "1").ok());
        CHECK_FALSE(client.report(Context{}).ok());
        CHECK_FALSE(client.put(Context{}, {{"name", "a"}}).ok());
      }
    });
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("four workers on hostile registries stay far below the memory limit of the Deployment") {
  const std::vector<Flood> all = floods();
  std::vector<std::unique_ptr<FakeServer>> servers;
  Json ports = Json::array();
  for (const Flood& sent : all) {
    servers.push_back(
        std::make_unique<FakeServer>([&sent](Connection& c) { flood(c, sent.head, sent.block); }));
    ports.push_back(servers.back()->port());
  }
  setenv("HOSTILE_PORTS", ports.dump().c_str(), 1);
  const ChildOutcome child =
      test::run_under_deployment_limit("asks hostile registries under the memory limit of the Deployment");
  CHECK(child.status == 0);
  CHECK(child.resident < 128);
}
#endif

TEST_CASE("what a registry says is cleaned and cut before it goes anywhere") {
  std::string body;
  FakeServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) connection.reply(200, body, "Connection: close\r\n");
  });
  RegistryClient client(std::make_shared<UntrustedTransport>("127.0.0.1", server.port()), "");
  const auto get = [&](const Json& document) {
    body = document.dump();
    return client.get(Context{}, "a", "1");
  };
  Json entry = {{"name",
                 "a\nb\x7f\xc2\x85"
                 "c"},
                {"version", std::string(300, '1')},
                {"digest", std::string(5000, 'd')},
                {"registeredAt", "yesterday"}};
  const auto odd = get(entry);
  REQUIRE_MESSAGE(odd.ok(), odd.status());
  CHECK(odd->name == "a b  c");
  CHECK(odd->version.size() <= 255);
  CHECK(odd->digest.size() <= 128);
  CHECK(odd->registered_at.empty());
  for (const char* good : {"2026-01-01T00:00:00Z", "2026-02-28T23:59:59.123Z"}) {
    entry["registeredAt"] = good;
    CHECK(get(entry)->registered_at == good);
  }
  for (const char* bad : {"2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
                          "2026-01-01T00:00:00.Z", "+026-01-01T00:00:00Z", "2026-01-01T00:00:00xZ"}) {
    entry["registeredAt"] = bad;
    CHECK_MESSAGE(get(entry)->registered_at.empty(), bad);
  }
  body = "{\"name\":\"\xff\xfe\",\"version\":\"1\"}";
  const Status odd_bytes = client.get(Context{}, "a", "1").status();
  CHECK(odd_bytes.code() == Code::Decode);
  CHECK_NOTHROW(static_cast<void>(Json(odd_bytes.message()).dump()));
  body = R"({"total":-1})";
  CHECK_FALSE(client.report(Context{}).ok());
}

}  // namespace
