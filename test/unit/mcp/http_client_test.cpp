// Servers that answer in ways none should, and what the client says of it.
#include "controller/mcp/http/http_client.hpp"

#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "test/unit/kube/certificate_maker.hpp"
#include "test/unit/kube/fake_server.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;
using namespace std::chrono_literals;
using mcp::AddressPolicy;
using mcp::AddressRules;
using mcp::HttpClient;
using mcp::HttpHead;
using mcp::HttpLimits;
using mcp::HttpRequest;
using mcp::Url;
using test::Connection;
using test::FakeServer;

namespace {

const AddressRules kLoopback{.allowed = {"127.0.0.0/8", "::1"}, .denied = {}};

struct Reply {
  StatusOr<HttpHead> head = Status(Code::Internal, "not asked");
  std::string body;
};

Reply ask(const std::string& url, const HttpLimits& limits = {}, const AddressRules& rules = kLoopback,
          const std::string& authorities = {}) {
  const auto client = HttpClient::make(authorities, *AddressPolicy::make(rules), limits);
  REQUIRE_MESSAGE(client.ok(), client.status());
  const HttpRequest request{
      .method = "POST", .url = *Url::parse(url), .headers = {{"X-Key", "k"}}, .body = "{}"};
  Reply reply;
  reply.head =
      client->send(Context{}, request, [&](const HttpHead&, std::string_view piece) -> StatusOr<bool> {
        reply.body += piece;
        return true;
      });
  return reply;
}

bool says(const Status& status, const char* text) {
  const bool found = status.message().find(text) != std::string::npos;
  CHECK_MESSAGE(found, status, ", expected: ", text);
  return found;
}

TEST_CASE("a request arrives as given, and the reply comes back whatever its status") {
  std::string asked;
  FakeServer server([&](Connection& connection) {
    asked = connection.read_request();
    connection.send(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422 No\r\nX-A: 1\r\nx-a: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\n");
    connection.chunk("{\"error\":");
    connection.chunk("\"no\"}");
    connection.send("0\r\n\r\n");
    connection.wait_closed();
  });
  const Reply reply = ask(server.url() + "/mcp?x=1");
  REQUIRE_MESSAGE(reply.head.ok(), reply.head.status());
  CHECK(reply.head->status == 422);
  CHECK(reply.head->header("x-a") == "1, 2");
  CHECK(reply.head->header("x-b").empty());
  CHECK(reply.body == R"({"error":"no"})");
  CHECK(asked.starts_with("POST /mcp?x=1 HTTP/1.1\r\n"));
  CHECK(asked.find("\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n") != std::string::npos);
  CHECK(asked.find("\r\nX-Key: k\r\n") != std::string::npos);
  CHECK(asked.ends_with("\r\n\r\n{}"));
}

TEST_CASE("a piece of a reply is handed on before the next one comes") {
  FakeServer server([&](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    connection.chunk("first");
    connection.wait_closed();
  });
  const auto client = HttpClient::make("", *AddressPolicy::make(kLoopback), {});
  std::string seen;
  const auto head =
      client->send(Context{}, {.method = "GET", .url = *Url::parse(server.url()), .headers = {}, .body = {}},
                   [&](const HttpHead&, std::string_view piece) -> StatusOr<bool> {
                     seen += piece;
                     return false;
                   });
  CHECK(head.ok());
  CHECK(seen == "first");
}

TEST_CASE("no connection is made to an address that the policy forbids, by whatever name") {
  FakeServer server([](Connection& connection) { connection.reply(200, "x"); });
  const std::string port = std::to_string(server.port());
  for (const char* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    CAPTURE(host);
    const Status refused = ask("http://" + std::string(host) + ":" + port, {}, {}).head.status();
    CHECK(refused.code() == Code::Forbidden);
    says(refused, "connecting: its address");
  }
  CHECK(ask("http://localhost:" + port).head.ok());
  CHECK(ask("http://localhost:" + port, {}, {.allowed = {"127.0.0.0/8"}, .denied = {"::1", "127.0.0.1"}})
            .head.status()
            .code() == Code::Forbidden);
  CHECK(server.connections() == 1);
}

TEST_CASE("a server that is not there, or breaks off, is told by the step that failed") {
  int port = 0;
  {
    const FakeServer gone([](Connection&) {});
    port = gone.port();
  }
  const Status refused = ask("http://127.0.0.1:" + std::to_string(port)).head.status();
  CHECK(refused.code() == Code::Unavailable);
  CHECK(refused.not_sent());
  says(refused, "connecting: ");
  const Status unknown = ask("http://no-such-host.invalid").head.status();
  CHECK(unknown.code() == Code::Unavailable);
  says(unknown, "resolving its name: ");
  FakeServer cutting([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{");
    connection.close();
  });
  const Status cut = ask(cutting.url()).head.status();
  CHECK(cut.code() == Code::Unavailable);
  CHECK_FALSE(cut.not_sent());
  says(cut, "reading the reply: the connection was closed");
}

TEST_CASE("a server that is silent is given up in time, and a stop ends the call at once") {
  FakeServer server([](Connection& connection) { connection.wait_closed(); });
  HttpLimits limits;
  limits.exchange = 200ms;
  const auto start = std::chrono::steady_clock::now();
  CHECK(ask(server.url(), limits).head.status().code() == Code::Timeout);
  CHECK(ask("https" + server.url().substr(4), limits).head.status().code() == Code::Timeout);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  const auto client = HttpClient::make("", *AddressPolicy::make(kLoopback), {});
  CHECK(client
            ->send(Context{.stop = stop.get_token()},
                   {.method = "GET", .url = *Url::parse(server.url()), .headers = {}, .body = {}},
                   [](const HttpHead&, std::string_view) -> StatusOr<bool> { return true; })
            .status()
            .code() == Code::Cancelled);
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}

// Sends `block` without end.
void flood(Connection& connection, const std::string& head, const std::string& block) {
  connection.read_request();
  connection.send(head);
  for (std::size_t sent = 0; sent < 500'000'000; sent += block.size())
    if (::send(connection.fd(), block.data(), block.size(), MSG_NOSIGNAL) <= 0) return;
}

TEST_CASE("replies without end are refused while they come") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::vector<std::pair<std::string, std::string>> floods = {
      {ok + "Content-Length: 500000000\r\n\r\n", "x"},
      {ok + "\r\n", "x"},
      {chunked + "1dcd6500\r\n", "x"},
      {chunked + "-1\r\n", "x"},
      {chunked + "ffffffffffffffff\r\n", "x"},
      {chunked + "1;", "x"},
      {chunked, "1\r\nx\r\n"},
      {ok + "X: ", "x"},
      {ok, "X-Y: z\r\n"},
      {"HTTP/1.1 200 ", "x"},
      {"", "HTTP/1.1 103 Early\r\n\r\n"},
      {"", "x"}};
  for (const auto& [head, unit] : floods) {
    INFO(head);
    std::string block;
    while (block.size() < 1'000'000) block += unit;
    FakeServer server([&](Connection& connection) { flood(connection, head, block); });
    HttpLimits limits;
    limits.body = 64U << 10;
    const Reply reply = ask(server.url(), limits);
    const Status refused = reply.head.status();
    CHECK_MESSAGE((refused.code() == Code::Decode || refused.code() == Code::TooLarge), refused);
    CHECK(reply.body.size() <= limits.body);
  }
}

TEST_CASE(
    "headers that break a message, or belong to the connection, are not sent, and their values not shown") {
  for (const auto& [name, value] : mcp::Headers{{"X", "s3cret\r\nY: 1"},
                                                {"X", "s3cret\n"},
                                                {"", "s3cret"},
                                                {"a b", "s3cret"},
                                                {"Host", "s3cret"},
                                                {"content-length", "9"},
                                                {"Transfer-Encoding", "chunked"}}) {
    CAPTURE(name);
    const Status refused = mcp::check_headers({{name, value}});
    CHECK(refused.code() == Code::Invalid);
    CHECK(refused.message().find("s3cret") == std::string::npos);
  }
  CHECK(mcp::check_headers({{"Authorization", "Bearer x"}, {"X-\xc3\xa4", ""}}).code() == Code::Invalid);
  CHECK(mcp::check_headers({{"Authorization", "Bearer \xc3\xa4"}}).ok());
}

// Answers one request over TLS.
FakeServer::Handler tls_handler(const test::TemporaryFolder& folder, const test::Pem& pem,
                                std::string& name) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets as to files
  return [certificate = folder.write("server.crt", pem.certificate),
          key = folder.write("server.key", pem.key), &name](Connection& connection) {
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_use_certificate_file(context.get(), certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM);
    const std::shared_ptr<SSL> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), connection.fd());
    if (SSL_accept(ssl.get()) != 1) return;
    if (const char* told = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name)) name = told;
    char buffer[4096];
    if (SSL_read(ssl.get(), buffer, sizeof buffer) <= 0) return;
    constexpr std::string_view kReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    SSL_write(ssl.get(), kReply.data(), static_cast<int>(kReply.size()));
    SSL_shutdown(ssl.get());
    connection.wait_closed();
  };
}

TEST_CASE(
    "a server is trusted when its certificate is for its name and signed by the authority that was given") {
  const test::Authority authority("ours");
  const test::TemporaryFolder folder;
  std::string name;
  FakeServer server(tls_handler(folder, authority.issue("server", "DNS:localhost,IP:127.0.0.1"), name));
  const std::string port = std::to_string(server.port());
  const auto by = [&](const std::string& host, const std::string& authorities) {
    return ask("https://" + host + ":" + port, {}, kLoopback, authorities);
  };
  CHECK(by("localhost", authority.certificate()).body == "ok");
  CHECK(name == "localhost");
  CHECK(by("127.0.0.1", authority.certificate()).body == "ok");
  for (const std::string& others : {std::string(), test::Authority("another").certificate()}) {
    const Status refused = by("localhost", others).head.status();
    CHECK(refused.code() == Code::Unavailable);
    CHECK(refused.not_sent());
    says(refused, "TLS: its certificate was refused");
  }
  FakeServer other(tls_handler(folder, authority.issue("server", "DNS:example.com,IP:10.0.0.1"), name));
  for (const char* host : {"localhost", "127.0.0.1"})
    says(ask("https://" + std::string(host) + ":" + std::to_string(other.port()), {}, kLoopback,
             authority.certificate())
             .head.status(),
         "mismatch");
  CHECK(HttpClient::make("no certificate", *AddressPolicy::make({}), {}).status().code() == Code::Invalid);
}

}  // namespace
