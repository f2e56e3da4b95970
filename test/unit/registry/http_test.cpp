#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

#include "controller/http/listener/process.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "registry/access_log.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/api/guard.hpp"
#include "registry/server.hpp"
#include "store_fixture.hpp"
#include "test/support/log_capture.hpp"

namespace http = toolhive::http;
namespace registry = toolhive::registry;

using namespace toolhive::registry;
using toolhive::LogLevel;
using toolhive::test::LogCapture;
using namespace toolhive::registry::test;

namespace {

// A connection that takes in no more than `buffer` bytes before they are read, if that is not 0.
int connected(std::uint16_t port, int buffer = 0) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  if (buffer != 0) REQUIRE(::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) == 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const timeval limit{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return fd;
}

// Sends bytes on a connection of its own and returns all that comes back until the server closes
// it.
std::string talk(std::uint16_t port, const std::string& bytes) {
  const int fd = connected(port);
  (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::string out;
  char buffer[4096];
  for (ssize_t count; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
    out.append(buffer, static_cast<std::size_t>(count));
  ::close(fd);
  return out;
}

std::string request(const std::string& line, const std::string& headers = "", const std::string& body = "") {
  return line + " HTTP/1.1\r\nHost: registry\r\nConnection: close\r\n" + headers +
         (body.empty()
              ? ""
              : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") +
         "\r\n" + body;
}

// The program's API and server on a free port, over a disk of the test.
struct Served {
  explicit Served(ServerConfig config = {}, bool started = true,
                  const std::function<void(Api&)>& prepare = {})
      : api((http::init_process(1), ToolPolicy()), metrics) {
    if (prepare) prepare(api);
    if (started) {
      store = open_store(files);
      api.start(*store);
    }
    config.address = "127.0.0.1";
    config.port = 0;
    auto opened = HttpServer::open(config, api);
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().detail));
    server = std::move(*opened);
    port = server->port();
    REQUIRE(port != 0);
  }

  FaultFileSystem files;
  Metrics metrics{counted_routes()};
  std::unique_ptr<FileStore> store;
  Api api;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE(
    "over HTTP a tool is registered, read, listed and withdrawn, and hostile requests get a clear answer") {
  const Served served;
  const auto port = served.port;

  const std::string body = R"({"name":"weather","version":"1.0.0","inputSchema":{"type":"object"}})";
  const auto created = talk(port, request("POST /api/v1/tools", "X-Request-Id: from-client\r\n", body));
  CHECK(created.starts_with("HTTP/1.1 201 "));
  CHECK(created.find("Location: /api/v1/tools/weather/versions/1.0.0\r\n") != std::string::npos);
  CHECK(created.find("X-Request-Id: from-client\r\n") != std::string::npos);
  CHECK(created.find("Content-Type: application/json\r\n") != std::string::npos);

  const auto read = talk(port, request("GET /api/v1/tools/weather"));
  CHECK(read.starts_with("HTTP/1.1 200 "));
  CHECK(read.substr(read.find("\r\n\r\n") + 4) == created.substr(created.find("\r\n\r\n") + 4));
  CHECK(read.find("X-Request-Id: ") != std::string::npos);
  for (const char* line :
       {"Access-Control-Allow-Origin: *\r\n", "X-Content-Type-Options: nosniff\r\n",
        "Access-Control-Expose-Headers: ETag, Retry-After, WWW-Authenticate, X-Request-Id\r\n"})
    CHECK_MESSAGE(read.find(line) < read.find("\r\n\r\n"), line);

  const auto head = talk(port, request("HEAD /api/v1/tools/weather"));
  CHECK(head.starts_with("HTTP/1.1 200 "));
  CHECK(head.ends_with("\r\n\r\n"));
  CHECK(head.find("Content-Length: " + std::to_string(read.size() - read.find("\r\n\r\n") - 4) + "\r\n") !=
        std::string::npos);

  const auto etag_at = read.find("ETag: ") + 6;
  const auto etag = read.substr(etag_at, read.find("\r\n", etag_at) - etag_at);
  const auto cached = talk(port, request("GET /api/v1/tools/weather", "If-None-Match: " + etag + "\r\n"));
  CHECK(cached.starts_with("HTTP/1.1 304 "));
  CHECK(cached.ends_with("\r\n\r\n"));

  CHECK(talk(port, request("GET /api/v1/tools?limit=1")).find("\"total\":1}") != std::string::npos);
  CHECK(talk(port, request("GET /metrics")).find("mcp_registry_tools 1\n") != std::string::npos);
  CHECK(talk(port, request("OPTIONS /api/v1/tools")).starts_with("HTTP/1.1 204 "));
  CHECK(talk(port, request("PUT /api/v1/tools/weather", "If-Match: \"stale\"\r\n", body))
            .starts_with("HTTP/1.1 412 "));
  CHECK(talk(port, request("GET /openapi.json", "Accept-Encoding: gzip\r\n"))
            .find("Content-Encoding: gzip\r\n") != std::string::npos);

  // The body is announced and never sent: the answer comes all the same, as a problem document.
  const auto large = talk(
      port, request("POST /api/v1/tools", "Content-Type: application/json\r\nContent-Length: 99999999\r\n"));
  CHECK(large.starts_with("HTTP/1.1 413 "));
  CHECK(large.find("application/problem+json") != std::string::npos);
  CHECK(large.find("\"error\":") != std::string::npos);

  // Where no body is of use, less of one is too much.
  CHECK(
      talk(port, request("GET /api/v1/tools", "", std::string(17 << 10, ' '))).starts_with("HTTP/1.1 413 "));

  CHECK(talk(port, request("GET /api/v1/tools/a%00b")).starts_with("HTTP/1.1 400 "));
  CHECK(talk(port, request("GET /api/v1/tools/../../health")).starts_with("HTTP/1.1 400 "));
  CHECK(talk(port, request("GET /api/v1/tools/a%2Fversions")).starts_with("HTTP/1.1 404 "));
  CHECK(talk(port, request("PATCH /api/v1/tools")).starts_with("HTTP/1.1 405 "));
  // A request id that could break a log line or a header is replaced.
  CHECK(talk(port, request("GET /health", "X-Request-Id: a\"b c\r\n")).find("a\"b") == std::string::npos);
  const std::string longest(128, 'i');
  CHECK(talk(port, request("GET /health", "X-Request-Id: " + longest + "\r\n")).find(longest + "\r\n") !=
        std::string::npos);
  CHECK(talk(port, request("GET /health", "X-Request-Id: " + longest + "i\r\n")).find(longest) ==
        std::string::npos);

  CHECK(talk(port, request("DELETE /api/v1/tools/weather")).starts_with("HTTP/1.1 204 "));
  CHECK(talk(port, request("GET /api/v1/tools/weather")).starts_with("HTTP/1.1 404 "));

  served.server->close();
  Gauges gauges;
  served.server->add_gauges(gauges);
  CHECK(gauges.connections == 0);
}

TEST_CASE(
    "the access log has every write and one in so many of the reads, with request, trace, size and time") {
  ServerConfig config;
  config.access_log_one_in = 3;
  LogCapture log;
  const Served served(config);
  const auto port = served.port;

  const std::string body = R"({"name":"weather","version":"1.0.0","inputSchema":{"type":"object"}})";
  const std::string trace =
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Request-Id: mine\r\n";
  talk(port, request("POST /api/v1/tools", trace, body));
  auto lines = log.lines(1);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["msg"] == "request");
  CHECK(lines[0]["level"] == "info");
  CHECK(lines[0]["requestId"] == "mine");
  CHECK(lines[0]["traceId"] == "0af7651916cd43dd8448eb211c80319c");
  CHECK(lines[0]["spanId"] == "b7ad6b7169203331");
  CHECK(lines[0]["peer"] == "127.0.0.1");
  CHECK(lines[0]["method"] == "POST");
  CHECK(lines[0]["target"] == "/api/v1/tools");
  CHECK(lines[0]["status"] == 201);
  CHECK(lines[0]["bytes"] > 50);
  CHECK(lines[0]["durationMs"] > 0.0);
  CHECK(lines[0]["complete"] == true);

  for (std::size_t i = 0; i < 6; ++i) {
    talk(port, request("GET /api/v1/tools/weather?read=" + std::to_string(i)));
    // An answer comes before its line, and the next request on another thread.
    log.lines(2 + i / 3);
  }
  talk(port, request("DELETE /api/v1/tools/weather"));
  lines = log.lines(4);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1]["target"] == "/api/v1/tools/weather?read=0");
  CHECK(!lines[1].contains("traceId"));
  CHECK(lines[2]["target"] == "/api/v1/tools/weather?read=3");
  CHECK(lines[3]["method"] == "DELETE");

  // What no handler sees counts towards the sample as well.
  for (int i = 0; i < 3; ++i) talk(port, request("GET /a/../b"));
  lines = log.lines(5);
  REQUIRE(lines.size() == 5);
  CHECK(lines[4]["status"] == 400);
  CHECK(lines[4]["target"] == "/a/../b");
}

TEST_CASE(
    "what guards the API knows the client's address and the registry's URL, from a proxy only if trusted") {
  using namespace registry::auth;
  AuthSettings settings;
  settings.mode = Mode::Oidc;
  settings.oidc.issuer = "https://issuer.example";
  RateSettings rates;
  rates.writes = {1, 1};
  AuditSettings audit;
  audit.output = AuditSettings::Output::Off;
  toolhive::testing::SimulatedClock standing;
  for (const unsigned trusted : {0u, 1u}) {
    CAPTURE(trusted);
    Metrics metrics{counted_routes()};
    Guard guard(settings, nullptr, rates, audit, metrics, standing);
    ServerConfig config;
    config.rates.trusted_proxies = trusted;
    const Served served(config, true, [&guard](Api& api) { api.protect(guard); });
    const auto write_from = [&](const std::string& address) {
      return talk(served.port, request("DELETE /api/v1/tools/a", "X-Forwarded-For: " + address + "\r\n"))
          .substr(9, 3);
    };
    CHECK(write_from("1.2.3.4") == "404");
    CHECK(write_from("1.2.3.5") == (trusted == 0 ? "429" : "404"));
    CHECK(write_from("1.2.3.4") == "429");
    const auto metadata = talk(served.port, request("GET //.well-known/oauth-protected-resource/",
                                                    "X-Forwarded-Proto: HTTPS, http\r\n"));
    CHECK(metadata.find(trusted == 0 ? "\"resource\":\"http://registry\""
                                     : "\"resource\":\"https://registry\"") != std::string::npos);
  }
}

TEST_CASE("links have the prefix below which a proxy says that it serves the registry, and no other") {
  using namespace registry::auth;
  AuthSettings settings;
  settings.mode = Mode::Oidc;
  settings.oidc.issuer = "https://issuer.example";
  AuditSettings audit;
  audit.output = AuditSettings::Output::Off;
  toolhive::testing::SimulatedClock standing;
  Metrics metrics{counted_routes()};
  Guard guard(settings, nullptr, {}, audit, metrics, standing);
  ServerConfig config;
  config.path_prefix = "/tools";
  const Served served(config, true, [&guard](Api& api) { api.protect(guard); });
  int version = 0;
  const auto answers = [&](const std::string& header, const std::string& prefix) {
    const auto body = R"({"name":"a","version":"1.0.)" + std::to_string(version++) +
                      R"(","inputSchema":{"type":"object"}})";
    const auto made = talk(served.port, request("POST /api/v1/tools", header, body));
    CHECK_MESSAGE(made.find("Location: " + prefix + "/api/v1/tools/a/versions/1.0.") != std::string::npos,
                  made);
    const auto metadata = talk(served.port, request("GET /.well-known/oauth-protected-resource", header));
    CHECK_MESSAGE(metadata.find("\"resource\":\"http://registry" + prefix + "\"") != std::string::npos,
                  metadata);
  };
  answers("", "");
  answers("X-Forwarded-Prefix: /tools\r\n", "/tools");
  answers("X-Forwarded-Prefix: /elsewhere\r\n", "");
}

TEST_CASE("every write is logged whatever its method, all reads at the level debug, and long texts are cut") {
  AccessLog none(0);
  LogCapture log;
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) CHECK(none.wants(method, "/a", 200));
  CHECK_FALSE(none.wants("GET", "/a", 200));
  CHECK(none.wants("GET", "/a", 500));
  AccessLog third(3);
  {
    const LogCapture debug(LogLevel::Debug);
    for (int i = 0; i < 3; ++i) CHECK(third.wants("GET", "/a", 200));
  }
  {
    const LogCapture warn(LogLevel::Warn);
    CHECK_FALSE(third.wants("POST", "/a", 200));
    CHECK(third.wants("GET", "/a", 500));
  }

  const std::string text(5000, 'x');
  Access access;
  access.method = access.target = text;
  access.complete = false;
  AccessLog::write(access);
  const auto lines = log.lines(1);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["method"].get<std::string>().size() == 20);
  CHECK(lines[0]["target"].get<std::string>().size() == 1024);
  CHECK(lines[0]["complete"] == false);
}

TEST_CASE("a client that was gone before the end of its answer is logged as that") {
  ServerConfig config;
  config.access_log_one_in = 1;
  LogCapture log;
  const Served served(config);
  // More than the sockets hold.
  const std::string description(200 << 10, 'x');
  constexpr std::size_t kTools = 40;
  for (std::size_t i = 0; i < kTools; ++i) {
    const auto body = R"({"name":"t)" + std::to_string(i) +
                      R"(","inputSchema":{"type":"object","description":")" + description + "\"}}";
    REQUIRE(talk(served.port, request("POST /api/v1/tools", "", body)).starts_with("HTTP/1.1 201 "));
  }
  const int fd = connected(served.port, 4096);
  const auto bytes = request("GET /api/v1/tools?limit=100");
  REQUIRE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  char first = 0;
  CHECK(::recv(fd, &first, 1, 0) == 1);
  ::close(fd);
  const auto lines = log.lines(kTools + 1);
  REQUIRE(lines.size() == kTools + 1);
  CHECK(lines.back()["target"] == "/api/v1/tools?limit=100");
  CHECK(lines.back()["complete"] == false);
}

TEST_CASE("without a sample the log has the writes and the failures, and not a probe's") {
  LogCapture log;
  const Served served({}, false);  // 503 to whatever needs the store.
  const auto port = served.port;
  CHECK(talk(port, request("GET /health")).starts_with("HTTP/1.1 200 "));
  CHECK(talk(port, request("GET /ready")).starts_with("HTTP/1.1 503 "));
  CHECK(talk(port, request("GET /a/../b")).starts_with("HTTP/1.1 400 "));
  CHECK(talk(port, request("GET /api/v1/tools")).starts_with("HTTP/1.1 503 "));
  const auto lines = log.lines(1);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["target"] == "/api/v1/tools");
  CHECK(lines[0]["level"] == "error");
}
