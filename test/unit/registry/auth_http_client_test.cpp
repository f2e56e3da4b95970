// What the registry asks others with, against a server that answers as badly as it is told to.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "registry/auth/http_client.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::auth;
using namespace std::chrono_literals;

namespace {

// Answers each connection with the same bytes, and then keeps it open until it goes.
class BadServer {
 public:
  explicit BadServer(std::string answer)
      : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(socket_ >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_, 8) == 0);
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~BadServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    for (const int each : open_) ::close(each);
    ::close(socket_);
  }
  BadServer(const BadServer&) = delete;
  BadServer& operator=(const BadServer&) = delete;

  const std::string& url() const { return url_; }
  int connections() const { return connections_; }
  std::string last_request() {
    std::lock_guard guard(mutex_);
    return request_;
  }

 private:
  void serve() {
    for (int fd = 0; (fd = ::accept(socket_, nullptr, nullptr)) >= 0;) {
      ++connections_;
      open_.push_back(fd);
      char buffer[8192];
      const auto count = ::recv(fd, buffer, sizeof buffer, 0);
      {
        std::lock_guard guard(mutex_);
        request_.assign(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
      }
      (void)!::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }

  const std::string answer_;
  const int socket_;
  std::string url_;
  std::atomic<int> connections_{0};
  std::vector<int> open_;
  std::mutex mutex_;
  std::string request_;
  std::thread thread_;
};

std::string http_answer(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string failure_of(const HttpCall& call) {
  HttpClient client;
  const auto reply = client.send(call, {});
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == Code::Unavailable);
  return reply.error().detail;
}

}  // namespace

TEST_CASE("a question goes out with its token and its body, and comes back with any status") {
  BadServer server(http_answer("418 Teapot", "", "short and stout"));
  HttpClient client;
  const auto reply = client.send({.url = server.url() + "/ask", .body = "{}", .bearer = "secret"}, {});
  REQUIRE(reply.ok());
  CHECK(reply->status == 418);
  CHECK(reply->body == "short and stout");
  const auto request = server.last_request();
  CHECK(request.starts_with("POST /ask HTTP/1.1\r\n"));
  CHECK(request.find("\r\nAuthorization: Bearer secret\r\n") != std::string::npos);
  CHECK(request.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
}

TEST_CASE("a redirect is an answer like any other, and the token goes nowhere else") {
  BadServer other(http_answer("200 OK", "", "{}"));
  BadServer server(http_answer("302 Found", "Location: " + other.url() + "/\r\n", ""));
  HttpClient client;
  const auto reply = client.send({.url = server.url(), .bearer = "secret"}, {});
  REQUIRE(reply.ok());
  CHECK(reply->status == 302);
  CHECK(other.connections() == 0);
}

TEST_CASE("an answer that is too long, never ends or never comes is given up") {
  BadServer large(http_answer("200 OK", "", std::string(5000, 'x')));
  CHECK(failure_of({.url = large.url(), .most_bytes = 4999}) == "the reply has more than 4999 bytes");
  HttpClient client;
  CHECK(client.send({.url = large.url(), .most_bytes = 5000}, {}).ok());

  BadServer endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  const auto start = std::chrono::steady_clock::now();
  CHECK(failure_of({.url = endless.url(), .timeout = 300ms}).find("timed out") != std::string::npos);
  BadServer silent("");
  CHECK(failure_of({.url = silent.url(), .timeout = 300ms}).find("timed out") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start < 10s);

  std::stop_source stop;
  std::thread stopper([&] {
    while (silent.connections() < 2) std::this_thread::yield();
    stop.request_stop();
  });
  const auto stopped = client.send({.url = silent.url(), .timeout = 60s}, stop.get_token());
  stopper.join();
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().detail == "the registry is stopping");
  CHECK(std::chrono::steady_clock::now() - start < 20s);
}

TEST_CASE("what is no server, no HTTP or no allowed scheme fails with the cause, and without the token") {
  BadServer garbage("SSH-2.0-OpenSSH\r\n");
  std::string gone;
  {
    const BadServer closed("");
    gone = closed.url();
  }
  for (const auto& url : {garbage.url(), gone, std::string("file:///etc/passwd"),
                          std::string("gopher://127.0.0.1/"), std::string("no url")}) {
    CAPTURE(url);
    const auto failure = failure_of({.url = url, .bearer = "secret", .timeout = 2s});
    CHECK_FALSE(failure.empty());
    CHECK(failure.find("secret") == std::string::npos);
  }
  CHECK(failure_of({.url = "https://127.0.0.1:1", .ca_file = "/nothing/there.pem"}).size() > 5);
}
