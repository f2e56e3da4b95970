#include "controller/kube/transport/transport.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>

#include "controller/kube/client/client.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/kube/fake_server.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using kube::HttpRequest;
using kube::HttpResponse;
using kube::LineStream;
using kube::Transport;
using test::Connection;
using test::FakeServer;

namespace {

std::unique_ptr<Transport> transport_to(const std::string& url) {
  kube::Config config;
  config.server = url;
  config.origin = "a test";
  StatusOr<std::unique_ptr<Transport>> transport = kube::make_transport(config);
  REQUIRE_MESSAGE(transport.ok(), transport.status());
  return *std::move(transport);
}

HttpRequest request(const char* method, const char* target, const char* body = "") {
  return {.method = method, .target = target, .content_type = "application/json", .body = body};
}

std::unique_ptr<LineStream> open(Transport& transport, const Transport::StreamOptions& options = {}) {
  StatusOr<std::unique_ptr<LineStream>> stream =
      transport.stream(Context{}.with_timeout(10s), request("GET", "/watch"), options);
  REQUIRE_MESSAGE(stream.ok(), stream.status());
  return *std::move(stream);
}

std::string line(LineStream& stream) {
  const StatusOr<std::string_view> next = stream.next(Context{}.with_timeout(10s));
  REQUIRE_MESSAGE(next.ok(), next.status());
  return std::string(*next);
}

}  // namespace

TEST_CASE("a reply's status, headers and body come back, whatever they are") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.reply(418, "short\nand stout", "X-Pot: Tea\r\n");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const StatusOr<HttpResponse> reply = transport->send(Context{}, request("GET", "/"));
  REQUIRE_MESSAGE(reply.ok(), reply.status());
  CHECK(reply->status == 418);
  CHECK(reply->body == "short\nand stout");
  CHECK(reply->headers.at("x-pot") == "Tea");
}

TEST_CASE("target, body and headers arrive as given, and one connection serves many requests") {
  FakeServer server([](Connection& connection) {
    for (std::string text = connection.read_request(); !text.empty(); text = connection.read_request())
      connection.reply(200, text);
  });
  const auto transport = transport_to(server.url() + "/prefix/");
  for (int i = 0; i < 3; ++i) {
    const StatusOr<HttpResponse> reply =
        transport->send(Context{}, request("POST", "/api/v1/x?labelSelector=a%3Db%2Cc&limit=5", "{\"a\":1}"));
    REQUIRE_MESSAGE(reply.ok(), reply.status());
    CHECK(reply->body.starts_with("POST /prefix/api/v1/x?labelSelector=a%3Db%2Cc&limit=5 HTTP/1.1\r\n"));
    CHECK(reply->body.find("Accept:application/json\r\n") != std::string::npos);
    CHECK(reply->body.find("User-Agent:controller\r\n") != std::string::npos);
    CHECK(reply->body.find("Authorization") == std::string::npos);
    CHECK(reply->body.ends_with("\r\n\r\n{\"a\":1}"));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a server at an IPv6 address is reached") {
  FakeServer server(
      [](Connection& connection) {
        const std::string text = connection.read_request();
        connection.reply(200, text);
        connection.wait_closed();
      },
      /*ipv6=*/true);
  const auto transport = transport_to(server.url());
  const StatusOr<HttpResponse> reply = transport->send(Context{}, request("GET", "/"));
  REQUIRE_MESSAGE(reply.ok(), reply.status());
  CHECK(reply->body.find(std::string("Host:[::1]:").append(std::to_string(server.port()))) !=
        std::string::npos);
}

TEST_CASE("redirects are not followed") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.reply(302, "", "Location: http://127.0.0.1:1/\r\n");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  CHECK(transport->send(Context{}, request("GET", "/"))->status == 302);
}

TEST_CASE("a server that is not there is named, with where its address came from") {
  int port = 0;
  {
    const FakeServer gone([](Connection&) {});
    port = gone.port();
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  const Status status = transport_to(url)->send(Context{}, request("GET", "/")).status();
  CHECK(status.code() == Code::Unavailable);
  CHECK(status.not_sent());
  CHECK(status.message() ==
        "cannot reach the API server " + url + " (from a test): it does not accept connections");
}

TEST_CASE("a stop request ends a waiting call within milliseconds") {
  FakeServer server([](Connection& connection) { connection.wait_closed(); });
  const auto transport = transport_to(server.url());
  std::stop_source stop;
  auto call = std::async(std::launch::async, [&] {
    const Context context{.stop = stop.get_token()};
    return transport->send(context, request("GET", "/"));
  });
  CHECK(call.wait_for(50ms) == std::future_status::timeout);
  const auto start = std::chrono::steady_clock::now();
  stop.request_stop();
  CHECK(call.get().status().code() == Code::Cancelled);
  CHECK(std::chrono::steady_clock::now() - start < 200ms);
}

TEST_CASE("a deadline ends a waiting call, also in the middle of a body") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const Status status = transport->send(Context{}.with_timeout(50ms), request("GET", "/")).status();
  CHECK(status.code() == Code::Timeout);
}

TEST_CASE("a write is not sent twice when its connection breaks after it was sent") {
  std::atomic<int> writes = 0;
  FakeServer server([&](Connection& connection) {
    // The first request makes the connection a reused one, which cpprestsdk would replay by itself.
    connection.read_request();
    connection.reply(200, "{}");
    if (!connection.read_request().empty()) ++writes;
    connection.close();
  });
  const auto transport = transport_to(server.url());
  for (const char* method : {"POST", "DELETE"}) {
    writes = 0;
    REQUIRE(transport->send(Context{}, request("GET", "/")).ok());
    const Status status = transport->send(Context{}, request(method, "/x", "{}")).status();
    CHECK(status.code() == Code::Unavailable);
    CHECK_FALSE(status.not_sent());
    CHECK(writes == 1);
  }
}

TEST_CASE("garbage instead of HTTP is an error") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.send("SSH-2.0-OpenSSH\r\n\r\n");
    connection.wait_closed();
  });
  CHECK(transport_to(server.url())->send(Context{}, request("GET", "/")).status().code() ==
        Code::Unavailable);
}

TEST_CASE("a body that ends early is an error") {
  for (const char* head : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"}) {
    FakeServer server([&](Connection& connection) {
      connection.read_request();
      connection.send(head);
      connection.close();
    });
    CHECK(transport_to(server.url())->send(Context{}, request("GET", "/")).status().code() ==
          Code::Unavailable);
  }
}

TEST_CASE("a reply larger than its request allows is refused while it comes, and its connection closed") {
  std::promise<std::size_t> sent;
  FakeServer server([&](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
    const std::string block(1U << 20, 'x');
    std::size_t count = 0;
    while (count < 500 && ::send(connection.fd(), block.data(), block.size(), MSG_NOSIGNAL) > 0) ++count;
    sent.set_value(count);
  });
  const auto transport = transport_to(server.url());
  HttpRequest small = request("GET", "/");
  small.max_reply = 1U << 20;
  const auto reply = transport->send(Context{}.with_timeout(10s), small);
  CHECK(reply.status().code() == Code::TooLarge);
  auto count = sent.get_future();
  REQUIRE(count.wait_for(10s) == std::future_status::ready);
  CHECK(count.get() < 100);
}

TEST_CASE("lines arrive whole, however the bytes are split") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    const std::string text = "{\"a\":\"\u20ac\"}\n\n{\"b\":2}\n";
    for (const char c : text) connection.chunk({&c, 1});
    connection.chunk("{\"c\":3}\n{\"d\"");
    connection.chunk(":4}\n");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const auto stream = open(*transport);
  CHECK(line(*stream) == "{\"a\":\"\u20ac\"}");
  CHECK(line(*stream) == "{\"b\":2}");
  CHECK(line(*stream) == "{\"c\":3}");
  CHECK(line(*stream) == "{\"d\":4}");
}

TEST_CASE("the orderly end of a stream is told apart from a broken connection") {
  std::atomic<bool> orderly = true;
  FakeServer server([&](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    connection.chunk("{}\n");
    if (orderly) connection.send("0\r\n\r\n");
    connection.close();
  });
  const auto transport = transport_to(server.url());
  auto stream = open(*transport);
  CHECK(line(*stream) == "{}");
  Status end = stream->next(Context{}).status();
  CHECK(end.code() == Code::EndOfStream);
  CHECK(end.http_status() == 0);
  CHECK(stream->next(Context{}).status().code() == Code::EndOfStream);

  orderly = false;
  stream = open(*transport);
  CHECK(line(*stream) == "{}");
  end = stream->next(Context{}).status();
  CHECK(end.code() == Code::Unavailable);
}

TEST_CASE("a stream that is silent for its idle limit counts as dead") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    connection.chunk("{}\n");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const auto stream = open(*transport, {.idle_limit = 1s});
  CHECK(line(*stream) == "{}");
  const Status status = stream->next(Context{}.with_timeout(10s)).status();
  CHECK(status.code() == Code::Unavailable);
  CHECK(status.message().find("silent for 1 s") != std::string::npos);
}

TEST_CASE("a deadline of the reader leaves the stream as it is") {
  std::promise<void> go;
  FakeServer server([&](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    connection.chunk("{\"half\":");
    go.get_future().wait();
    connection.chunk("1}\n");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const auto stream = open(*transport);
  CHECK(stream->next(Context{}.with_timeout(20ms)).status().code() == Code::Timeout);
  std::stop_source stop;
  stop.request_stop();
  CHECK(stream->next(Context{.stop = stop.get_token()}).status().code() == Code::Cancelled);
  go.set_value();
  CHECK(line(*stream) == "{\"half\":1}");
}

TEST_CASE("a line longer than the limit fails the stream instead of filling memory") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    const std::string block(64 << 10, 'x');
    for (int i = 0; i < 100; ++i) connection.chunk(block);
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const auto stream = open(*transport, {.max_line = 1U << 20});
  const Status status = stream->next(Context{}.with_timeout(10s)).status();
  CHECK(status.code() == Code::Decode);
  CHECK(stream->next(Context{}).status().code() == Code::Decode);
}

TEST_CASE("the network is held back while the reader is slow, and nothing is lost") {
  std::atomic<std::size_t> sent = 0;
  constexpr std::size_t kLines = 2000;
  FakeServer server([&](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    const std::string block(32 << 10, 'x');
    for (std::size_t i = 0; i < kLines; ++i) {
      connection.chunk(std::to_string(i) + " " + block + "\n");
      sent = i + 1;
    }
    connection.send("0\r\n\r\n");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const auto stream = open(*transport, {.max_buffered = 1U << 20});
  // The sender comes to a standstill once the buffers between it and us are full, far below the 64
  // MB of it all.
  std::size_t before = 0;
  do {
    before = sent;
    std::this_thread::sleep_for(200ms);
  } while (sent != before);
  CHECK(sent < kLines / 2);
  for (std::size_t i = 0; i < kLines; ++i) {
    const std::string next = line(*stream);
    REQUIRE(next.starts_with(std::to_string(i) + " "));
  }
  CHECK(stream->next(Context{}.with_timeout(10s)).status().code() == Code::EndOfStream);
}

namespace {

// Of this process, in bytes: what is resident now.
std::size_t resident() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, pages = 0;
  statm >> total >> pages;
  return pages * 4096;
}

}  // namespace

TEST_CASE("a slow reader of 96 MB of watch events costs a few MB of memory") {
  constexpr std::size_t kEvents = 3000;
  std::atomic<std::size_t> sent = 0;  // events
  FakeServer server([&](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    const std::string data(32 << 10, 'x');
    for (std::size_t i = 1; i <= kEvents; ++i) {
      const std::string version = std::to_string(i);
      connection.chunk(
          R"({"type":"MODIFIED","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a",)"
          R"("namespace":"n","resourceVersion":")" +
          version + R"("},"data":{"k":")" + data + "\"}}}\n");
      sent = i;
    }
    connection.send("0\r\n\r\n");
    connection.wait_closed();
  });
  const auto client = kube::make_client(std::shared_ptr<Transport>(transport_to(server.url())));
  const Context context = Context{}.with_timeout(60s);
  const auto watch = client->watch(context, {"", "v1", "ConfigMap", "configmaps"}, {.ns = "n"});
  REQUIRE_MESSAGE(watch.ok(), watch.status());
  REQUIRE((*watch)->next(context).ok());
  const std::size_t before = resident();
  std::size_t most = 0;
  std::size_t ahead = 0;  // events that were sent and not read
  for (std::size_t i = 2; i <= kEvents; ++i) {
    // Slow enough for the server to send all that it may.
    if (i % 100 == 0) std::this_thread::sleep_for(20ms);
    const auto event = (*watch)->next(context);
    REQUIRE_MESSAGE(event.ok(), event.status());
    REQUIRE(event->resource_version == std::to_string(i));
    most = std::max(most, resident());
    ahead = std::max(ahead, sent - std::min<std::size_t>(i, sent));
  }
  const std::size_t grown = most > before ? (most - before) >> 20 : 0;
  MESSAGE("resident memory grew by " << grown << " MB; " << ahead * 32 / 1024
                                     << " MB were in buffers of any kind");
  // Twice 4 MB of the transport, some of the allocator's; the kernel's socket buffers are not ours.
  CHECK(ahead < kEvents / 2);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(grown < 24);
#endif
}

TEST_CASE("a stream that is dropped closes its connection, also while it is held back") {
  std::promise<void> closed;
  FakeServer server([&](Connection& connection) {
    connection.read_request();
    connection.send(test::kChunkedHead);
    const std::string block(32 << 10, 'x');
    for (int i = 0; i < 2000; ++i) connection.chunk(block);
    connection.wait_closed();
    closed.set_value();
  });
  const auto transport = transport_to(server.url());
  {
    const auto stream = open(*transport, {.max_buffered = 1U << 20});
    std::this_thread::sleep_for(50ms);
  }
  CHECK(closed.get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a stream that is refused is the error its body describes") {
  FakeServer server([](Connection& connection) {
    connection.read_request();
    connection.reply(410, R"({"kind":"Status","reason":"Expired","message":"too old","code":410})");
    connection.wait_closed();
  });
  const auto transport = transport_to(server.url());
  const Status status = transport->stream(Context{}, request("GET", "/"), {}).status();
  CHECK(status.code() == Code::Expired);
  CHECK(status.message() == "too old");
  CHECK(status.http_status() == 410);
}

TEST_CASE("a token file is read again after a 401, and the request is sent once more") {
  const test::TemporaryFolder folder;
  folder.write("token", "old\n");
  std::vector<std::string> tokens;
  FakeServer server([&](Connection& connection) {
    for (std::string text = connection.read_request(); !text.empty(); text = connection.read_request()) {
      const std::size_t at = text.find("Bearer ") + 7;
      tokens.push_back(text.substr(at, text.find("\r\n", at) - at));
      if (tokens.back() == "old") folder.write("token", "new");
      connection.reply(tokens.back() == "new" ? 200 : 401, "{}");
    }
  });
  kube::Config config;
  config.server = server.url();
  config.token_file = folder.path("token");
  const auto transport = *kube::make_transport(config);
  CHECK(transport->send(Context{}, request("GET", "/"))->status == 200);
  CHECK(tokens == std::vector<std::string>{"old", "new"});
}

TEST_CASE("a token file is read again every minute, and a good token outlives a moment without the file") {
  const test::TemporaryFolder folder;
  folder.write("token", "first");
  std::vector<std::string> tokens;
  FakeServer server([&](Connection& connection) {
    for (std::string text = connection.read_request(); !text.empty(); text = connection.read_request()) {
      const std::size_t at = text.find("Bearer ") + 7;
      tokens.push_back(text.substr(at, text.find("\r\n", at) - at));
      connection.reply(200, "{}");
    }
  });
  kube::Config config;
  config.server = server.url();
  config.token_file = folder.path("token");
  const auto transport = *kube::make_transport(config);
  testing::SimulatedClock clock;
  const Context context{{}, TimePoint::max(), clock, {}};
  const auto send = [&] { REQUIRE(transport->send(context, request("GET", "/")).ok()); };
  send();
  folder.write("token", "second");
  clock.advance(59s);
  send();
  clock.advance(1s);
  send();
  std::filesystem::remove(folder.path("token"));
  clock.advance(60s);
  send();
  CHECK(tokens == std::vector<std::string>{"first", "first", "second", "second"});
}

TEST_CASE("a refused token that does not change is sent twice and no more") {
  std::atomic<int> requests = 0;
  FakeServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      ++requests;
      connection.reply(401, "{}");
    }
  });
  const test::TemporaryFolder folder;
  folder.write("token", "bad");
  kube::Config config;
  config.server = server.url();
  config.token_file = folder.path("token");
  const auto transport = *kube::make_transport(config);
  CHECK(transport->send(Context{}, request("GET", "/"))->status == 401);
  CHECK(requests == 2);
}

TEST_CASE("every impersonated group goes in a line of its own") {
  FakeServer server([](Connection& connection) {
    const std::string text = connection.read_request();
    connection.reply(200, text);
    connection.wait_closed();
  });
  kube::Config config;
  config.server = server.url();
  config.impersonate_user = "jane";
  config.impersonate_groups = {"dev", "ops", "a,b"};
  const auto transport = *kube::make_transport(config);
  const std::string text = transport->send(Context{}, request("GET", "/"))->body;
  CHECK(text.find("Impersonate-User:jane\r\n") != std::string::npos);
  for (const char* group : {"dev", "ops", "a,b"}) {
    CAPTURE(group);
    const std::string first = std::string("\r\nImpersonate-Group:").append(group).append("\r\n");
    const std::string other = std::string("\r\nImpersonate-Group: ").append(group).append("\r\n");
    CHECK((text.find(first) != std::string::npos || text.find(other) != std::string::npos));
  }
}

TEST_CASE("a configuration that cannot work is refused before any connection") {
  const auto refusal = [](const auto& change) {
    kube::Config config;
    config.server = "https://example.dev:6443";
    config.origin = "/k";
    change(config);
    return kube::make_transport(config).status().to_string();
  };
  CHECK(refusal([](kube::Config& c) { c.server = "example.dev"; }).find("must begin with https://") !=
        std::string::npos);
  CHECK(refusal([](kube::Config& c) {
          c.server = "http://example.dev";
          c.token = "t";
        }).find("unencrypted") != std::string::npos);
  CHECK(refusal([](kube::Config& c) { c.certificate_authority.data = "no PEM"; }) ==
        "Invalid: /k: certificate-authority-data: holds no PEM certificate of an authority");
  CHECK(refusal([](kube::Config& c) { c.certificate_authority.file = "/none"; }) ==
        "Invalid: /k: certificate-authority: cannot read /none: No such file or directory");
  CHECK(refusal([](kube::Config& c) { c.token = "a\nb"; }).find("line break") != std::string::npos);
  CHECK(refusal([](kube::Config& c) {
          c.proxy_url = "socks5://p";
        }).find("proxy-url must begin with http://") != std::string::npos);
  CHECK(refusal([](kube::Config& c) {
          c.impersonate_user = "x";
          c.impersonate_groups = {"g\r\nAuthorization: x"};
        }).find("as-groups") != std::string::npos);
}

TEST_CASE("many threads share one transport") {
  FakeServer server([](Connection& connection) {
    for (std::string text = connection.read_request(); !text.empty(); text = connection.read_request())
      connection.reply(200, text.substr(0, text.find(" HTTP")));
  });
  const auto transport = transport_to(server.url());
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string target = std::string("/").append(std::to_string(t * 1000 + i));
        const StatusOr<HttpResponse> reply = transport->send(Context{}, request("GET", target.c_str()));
        if (reply.ok() && reply->body == std::string("GET ").append(target)) ++right;
      }
    });
  }
  threads.clear();
  CHECK(right == 400);
}
