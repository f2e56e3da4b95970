// Connections to registries that serve one call after another, and registries that abuse them.
#include <doctest/doctest.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "controller/operator/idle_connections.hpp"
#include "controller/operator/untrusted_transport.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/kube/fake_server.hpp"

namespace {

using namespace toolhive;
using namespace std::chrono_literals;
using test::Connection;
using test::FakeServer;

kube::HttpRequest keeping_request(const char* method) {
  kube::HttpRequest request{.method = method, .target = "/api/v1/tools"};
  if (request.method != "GET" && request.method != "DELETE") request.body = "{}";
  request.max_reply = 1U << 20;
  return request;
}

StatusOr<kube::HttpResponse> ask_kept(UntrustedTransport& transport, const char* method = "GET",
                                      std::chrono::milliseconds timeout = 10s) {
  return transport.send(Context{}.with_timeout(timeout), keeping_request(method));
}

StatusOr<kube::HttpResponse> ask_at(UntrustedTransport& transport, Clock& clock, const char* method = "GET") {
  return transport.send(Context{{}, TimePoint::max(), clock, {}}, keeping_request(method));
}

// Answers each request of a connection.
void serve_all(Connection& connection) {
  while (!connection.read_request().empty()) connection.reply(200, "{}");
}

// Answers the first request of the first connection, and does `then` with its second; all others
// are answered. Counts all requests.
class SecondRequest {
 public:
  explicit SecondRequest(FakeServer::Handler then)
      : server_([this, then = std::move(then)](Connection& connection) {
          const bool first = connections_++ == 0;
          for (int at = 0; !connection.read_request().empty(); ++at) {
            ++requests_;
            if (first && at == 1) return then(connection);
            connection.reply(200, "{}");
          }
        }) {}
  int port() const { return server_.port(); }
  int connections() const { return server_.connections(); }
  int requests() const { return requests_; }

 private:
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  FakeServer server_;  // last: its threads use the others
};

// What one peer sends to a first request, and whether a second one may take the same connection.
int connections_of_two_calls(const FakeServer::Handler& answer) {
  std::atomic<int> connections = 0;
  FakeServer server([&](Connection& connection) {
    if (connections++ > 0) return serve_all(connection);
    connection.read_request();
    answer(connection);
    serve_all(connection);
  });
  UntrustedTransport transport("127.0.0.1", server.port());
  static_cast<void>(ask_kept(transport, "GET", 2s));
  const auto second = ask_kept(transport);
  CHECK_MESSAGE(second.ok(), second.status());
  if (second.ok()) CHECK(second->body == "{}");
  return server.connections();
}

}  // namespace

TEST_SUITE_BEGIN("kept connections to registries");

TEST_CASE("calls one after another share a connection") {
  FakeServer server(serve_all);
  UntrustedTransport transport("127.0.0.1", server.port());
  for (const char* method : {"GET", "POST", "DELETE", "PATCH", "PUT", "GET"})
    CHECK(ask_kept(transport, method).ok());
  CHECK(server.connections() == 1);
}

TEST_CASE("a registry that closed the connection between two calls loses neither") {
  for (const char* method : {"GET", "POST"}) {
    CAPTURE(method);
    std::binary_semaphore closed{0};
    std::atomic<int> connections = 0;
    FakeServer server([&](Connection& connection) {
      if (connections++ > 0) return serve_all(connection);
      connection.read_request();
      connection.reply(200, "{}");
      connection.close();
      closed.release();
    });
    UntrustedTransport transport("127.0.0.1", server.port());
    CHECK(ask_kept(transport).ok());
    closed.acquire();
    const auto second = ask_kept(transport, method);
    CHECK_MESSAGE(second.ok(), second.status());
    CHECK(server.connections() == 2);
  }
}

TEST_CASE("a request that may be repeated is, once, when its kept connection ends without an answer") {
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    for (const bool reset : {false, true}) {
      CAPTURE(method);
      CAPTURE(reset);
      SecondRequest server([reset](Connection& connection) { connection.close(reset); });
      UntrustedTransport transport("127.0.0.1", server.port());
      CHECK(ask_kept(transport).ok());
      const auto second = ask_kept(transport, method);
      CHECK_MESSAGE(second.ok(), second.status());
      CHECK(server.requests() == 3);
      CHECK(server.connections() == 2);
    }
  }
}

TEST_CASE("a request that must not be carried out twice is sent once") {
  for (const char* method : {"POST", "PATCH"}) {
    CAPTURE(method);
    SecondRequest server([](Connection& connection) { connection.close(); });
    UntrustedTransport transport("127.0.0.1", server.port());
    CHECK(ask_kept(transport).ok());
    CHECK(ask_kept(transport, method).status().code() == Code::Unavailable);
    CHECK(server.requests() == 2);
    CHECK(server.connections() == 1);
  }
}

TEST_CASE("no request is repeated after a byte of an answer, or on a connection that was new") {
  SecondRequest server([](Connection& connection) {
    connection.send("HTTP/1.1 2");
    connection.close();
  });
  UntrustedTransport transport("127.0.0.1", server.port());
  CHECK(ask_kept(transport).ok());
  CHECK_FALSE(ask_kept(transport).ok());
  CHECK(server.requests() == 2);

  std::atomic<int> requests = 0;
  FakeServer silent([&](Connection& connection) {
    connection.read_request();
    ++requests;
    connection.close();
  });
  UntrustedTransport to_silent("127.0.0.1", silent.port());
  CHECK(ask_kept(to_silent).status().code() == Code::Unavailable);
  CHECK(requests == 1);
}

TEST_CASE("what a registry sends behind an answer is nobody's answer") {
  const std::string evil = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"evil\":1}";
  // At once, with the answer.
  CHECK(connections_of_two_calls([&](Connection& connection) {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" + evil);
        }) == 2);
  CHECK(connections_of_two_calls([&](Connection& connection) {
          connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + evil);
        }) == 2);
  CHECK(connections_of_two_calls(
            [&](Connection& connection) { connection.send("HTTP/1.1 204 Nothing\r\n\r\n" + evil); }) == 2);
  // And later, before the next request.
  std::binary_semaphore answered{0};
  std::binary_semaphore sent{0};
  std::atomic<int> connections = 0;
  FakeServer server([&](Connection& connection) {
    if (connections++ > 0) return serve_all(connection);
    connection.read_request();
    connection.reply(200, "{}");
    answered.acquire();
    connection.send(evil);
    sent.release();
    connection.wait_closed();
  });
  UntrustedTransport transport("127.0.0.1", server.port());
  CHECK(ask_kept(transport).ok());
  answered.release();
  sent.acquire();
  const auto second = ask_kept(transport);
  REQUIRE_MESSAGE(second.ok(), second.status());
  CHECK(second->body == "{}");
  CHECK(server.connections() == 2);
}

TEST_CASE("a connection is kept only after a whole answer that lets it be kept") {
  const auto sends = [](const std::string& bytes) {
    return [bytes](Connection& connection) { connection.send(bytes); };
  };
  CHECK(connections_of_two_calls(sends("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) == 1);
  CHECK(connections_of_two_calls(sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) ==
        1);
  const char* const others[] = {
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
      // What is announced here is no answer yet.
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "nonsense\r\n\r\n",
  };
  for (const char* answer : others) {
    CAPTURE(answer);
    CHECK(connections_of_two_calls(sends(answer)) == 2);
  }
}

TEST_CASE("an answer that nobody waited for is not the next call's") {
  std::binary_semaphore given_up{0};
  std::atomic<int> connections = 0;
  FakeServer server([&](Connection& connection) {
    if (connections++ > 0) return serve_all(connection);
    connection.read_request();
    given_up.acquire();
    connection.reply(200, "{\"late\":1}");
  });
  UntrustedTransport transport("127.0.0.1", server.port());
  CHECK(ask_kept(transport, "GET", 100ms).status().code() == Code::Timeout);
  given_up.release();
  const auto second = ask_kept(transport);
  REQUIRE_MESSAGE(second.ok(), second.status());
  CHECK(second->body == "{}");
}

TEST_CASE("a kept connection is closed after half a minute without a call, and a minute after it was made") {
  testing::SimulatedClock clock;
  FakeServer server(serve_all);
  UntrustedTransport transport("127.0.0.1", server.port());
  CHECK(ask_at(transport, clock).ok());
  clock.advance(29s);
  CHECK(ask_at(transport, clock).ok());
  clock.advance(29s);
  CHECK(ask_at(transport, clock).ok());
  CHECK(server.connections() == 1);
  clock.advance(2s);  // made a minute ago
  CHECK(ask_at(transport, clock).ok());
  CHECK(server.connections() == 2);
  clock.advance(30s);
  CHECK(ask_at(transport, clock).ok());
  CHECK(server.connections() == 3);
}

TEST_CASE("a call to one registry closes what others left to grow old") {
  testing::SimulatedClock clock;
  FakeServer server(serve_all);
  const auto idle = std::make_shared<IdleConnections>();
  UntrustedTransport one("127.0.0.1", server.port(), {}, {}, idle);
  UntrustedTransport other("127.0.0.1", server.port(), {}, {}, idle);
  CHECK(ask_at(one, clock).ok());
  CHECK(idle->size() == 1);
  clock.advance(30s);
  CHECK(ask_at(other, clock).ok());
  CHECK(idle->size() == 1);
}

TEST_CASE("a request that must not be sent twice takes no connection that was idle for more than a second") {
  testing::SimulatedClock clock;
  FakeServer server(serve_all);
  UntrustedTransport transport("127.0.0.1", server.port());
  CHECK(ask_at(transport, clock).ok());
  clock.advance(1s);
  CHECK(ask_at(transport, clock, "POST").ok());
  CHECK(server.connections() == 1);
  clock.advance(1001ms);
  CHECK(ask_at(transport, clock, "POST").ok());
  CHECK(server.connections() == 2);
  // It stays, for others.
  clock.advance(2s);
  CHECK(ask_at(transport, clock).ok());
  CHECK(server.connections() == 2);
}

TEST_CASE("no call takes a connection of another registry, and none stays of one that is let go") {
  FakeServer server(serve_all);
  const auto idle = std::make_shared<IdleConnections>();
  auto one = std::make_unique<UntrustedTransport>("127.0.0.1", server.port(), UntrustedTransport::Bearer(),
                                                  std::nullopt, idle);
  UntrustedTransport other("localhost", server.port(), {}, {}, idle);
  CHECK(ask_kept(*one).ok());
  CHECK(ask_kept(other).ok());
  CHECK(server.connections() == 2);
  CHECK(idle->size() == 2);
  one.reset();
  CHECK(idle->size() == 1);
}

TEST_CASE("two connections to a registry wait at most, and 128 in all, the last used of them") {
  std::counting_semaphore<> arrived{0};
  std::counting_semaphore<> answer{0};
  FakeServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      arrived.release();
      answer.acquire();
      connection.reply(200, "{}");
    }
  });
  const auto idle = std::make_shared<IdleConnections>();
  UntrustedTransport busy("127.0.0.1", server.port(), {}, {}, idle);
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 3; ++i) callers.emplace_back([&] { CHECK(ask_kept(busy).ok()); });
    for (int i = 0; i < 3; ++i) arrived.acquire();
    answer.release(3);
  }
  CHECK(server.connections() == 3);
  CHECK(idle->size() == IdleConnections::kMostOfOne);

  answer.release(1000);
  std::vector<std::unique_ptr<UntrustedTransport>> others;
  for (std::size_t i = 0; i < IdleConnections::kMost; ++i) {
    others.push_back(std::make_unique<UntrustedTransport>("127.0.0.1", server.port(),
                                                          UntrustedTransport::Bearer(), std::nullopt, idle));
    CHECK(ask_kept(*others.back()).ok());
  }
  CHECK(idle->size() == IdleConnections::kMost);
  const int made = server.connections();
  CHECK(ask_kept(*others.front()).ok());
  CHECK(server.connections() == made);
  CHECK(ask_kept(busy).ok());
  CHECK(server.connections() == made + 1);
}

TEST_CASE("a kept connection whose peer is gone without a word costs seconds, not the call") {
  std::atomic<int> connections = 0;
  std::binary_semaphore gone{0};
  FakeServer server([&](Connection& connection) {
    if (connections++ > 0) return serve_all(connection);
    connection.read_request();
    connection.reply(200, "{}");
    // From here on the kernel drops what arrives, as if the machine were off.
    sock_filter drop{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog program{1, &drop};
    CHECK(setsockopt(connection.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0);
    gone.release();
    connection.wait_closed();
  });
  UntrustedTransport transport("127.0.0.1", server.port());
  CHECK(ask_kept(transport).ok());
  gone.acquire();
  const auto start = std::chrono::steady_clock::now();
  const auto second = ask_kept(transport, "GET", 20s);
  CHECK_MESSAGE(second.ok(), second.status());
  CHECK(std::chrono::steady_clock::now() - start < 10s);
  CHECK(server.connections() == 2);
}

TEST_CASE("many threads share the connections of one registry, while another comes and goes") {
  FakeServer server(serve_all);
  const auto idle = std::make_shared<IdleConnections>();
  UntrustedTransport shared("127.0.0.1", server.port(), {}, {}, idle);
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i)
      callers.emplace_back([&] {
        for (int call = 0; call < 25; ++call) CHECK(ask_kept(shared, call % 5 == 0 ? "POST" : "GET").ok());
      });
    callers.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        UntrustedTransport passing("127.0.0.1", server.port(), {}, {}, idle);
        CHECK(ask_kept(passing).ok());
      }
    });
  }
  CHECK(server.connections() < 110);
  CHECK(idle->size() <= IdleConnections::kMostOfOne);
}

TEST_SUITE_END();
