// The server without cpprestsdk, which this program does not link.
#include "controller/http/server.hpp"

#include "controller/http/tls_certificate.hpp"
#include "test/unit/http/client.hpp"

#include <doctest/doctest.h>

#ifdef _ASYNCRTIMP
#error "a public header of controller/http includes cpprestsdk"
#endif

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace toolhive;

using http_test::Client;
using http_test::Response;

namespace {

const http::ListenAddress kLoopback{.host = "127.0.0.1"};

http::Reply text(std::string body) {
  http::Reply reply;
  reply.content_type = "text/plain";
  reply.body = std::make_shared<const std::string>(std::move(body));
  return reply;
}

// A handler out of a function.
class Call final : public http::Handler {
 public:
  using Function = std::function<void(const http::Request&, http::Responder&)>;
  explicit Call(Function function) : function_(std::move(function)) {}
  void handle(http::Request request, http::Responder responder) override { function_(request, responder); }

 private:
  Function function_;
};

// Keeps a request until the test answers it.
class Held final : public http::Handler {
 public:
  void handle(http::Request, http::Responder responder) override {
    const std::lock_guard lock(mutex_);
    responder_.emplace(std::move(responder));
    arrived_.notify_all();
  }
  http::Responder take() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(10), [this] { return responder_.has_value(); })) {
      throw std::runtime_error("no request arrived");
    }
    http::Responder responder = std::move(*responder_);
    responder_.reset();
    return responder;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::optional<http::Responder> responder_;
};

}  // namespace

TEST_CASE("a handler of the server itself gets whole requests and answers them") {
  http::Server server({});
  Call echo([](const http::Request& request, http::Responder& responder) {
    const std::string* const mark = request.headers.find("x-mark");
    responder.reply(text(request.method + " " + request.target + " " + (mark != nullptr ? *mark : "none") +
                         " " + std::string(request.body.begin(), request.body.end()) + " " +
                         request.remote_address));
  });
  const std::uint16_t port = server.open(kLoopback, "/", echo).value();
  Client client(port);
  client.get("/a%2Fb?c=d", "X-Mark: one\r\nX-mark: two\r\n");
  CHECK(client.read().body == "GET /a%2Fb?c=d one, two  127.0.0.1");
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(client.read().body == "POST / none hello 127.0.0.1");
  CHECK(server.stats().requests == 2);
  CHECK(server.close(echo).ok());
  CHECK_FALSE(Client(port).connected());
}

TEST_CASE("what a handler throws, and a responder that it lets go of, are answered 500") {
  http::Server server({});
  Call faulty([](const http::Request& request, http::Responder& responder) {
    if (request.target == "/throw") throw std::runtime_error("secret detail");
    if (request.target == "/late") {
      responder.reply(text("answered"));
      throw std::runtime_error("secret detail");
    }
  });
  Client client(server.open(kLoopback, "/", faulty).value());
  for (const char* target : {"/throw", "/drop"}) {
    client.get(target);
    const Response response = client.read();
    CHECK(response.status == 500);
    CHECK(response.body.find("secret") == std::string::npos);
  }
  client.get("/late");
  CHECK(client.read().body == "answered");
  CHECK(server.stats().transport_errors == 2);
}

TEST_CASE("the first answer to a request counts, and tells when it is written") {
  int first = 0;
  int second = 0;
  http::Server server({});
  Call twice([&](const http::Request&, http::Responder& responder) {
    http::Reply reply = text("first");
    reply.written = [&](bool complete) { first += complete ? 1 : 10; };
    responder.reply(std::move(reply));
    http::Reply late = text("second");
    late.written = [&](bool) { ++second; };
    responder.reply(std::move(late));
    responder.refuse(400, "Too late.");
  });
  Client client(server.open(kLoopback, "/", twice).value());
  for (int i = 0; i < 2; ++i) {
    client.get("/");
    CHECK(client.read().body == "first");
  }
  server.stop();
  CHECK(first == 2);
  CHECK(second == 0);
}

TEST_CASE("a handler can refuse as the transport does") {
  http::Options options;
  options.error_body = [](const http::TransportError& error) {
    return http::ErrorBody{"application/problem+json",
                           std::to_string(error.status) + " " + std::string(error.detail)};
  };
  http::Server server(options);
  Call refusing([](const http::Request&, http::Responder& responder) { responder.refuse(400, "Not so."); });
  Client client(server.open(kLoopback, "/", refusing).value());
  client.get("/");
  const Response response = client.read();
  CHECK(response.status == 400);
  CHECK(response.fields.at("content-type") == "application/problem+json");
  CHECK(response.body == "400 Not so.");
  client.get("/again");
  CHECK(client.read().status == 400);
  CHECK(server.stats().transport_errors == 2);
}

TEST_CASE("closing a handler waits for the answers that other threads owe") {
  http::Server server({});
  Held held;
  Call other([](const http::Request&, http::Responder& responder) { responder.reply(text("other")); });
  const std::uint16_t port = server.open(kLoopback, "/held", held).value();
  CHECK(server.open(kLoopback, "/other", other).value() == port);
  Client client(port);
  client.get("/held/x");
  http::Responder responder = held.take();
  auto closing = std::async(std::launch::async, [&] { return server.close(held).ok(); });
  CHECK(closing.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  std::thread([&] { responder.reply(text("late")); }).join();
  CHECK(client.read().body == "late");
  CHECK(closing.get());
  client.get("/held/x");
  CHECK(client.read().status == 404);
  client.get("/other");
  CHECK(client.read().body == "other");
}

TEST_CASE("what cannot be opened, or closed, is said with the address and why") {
  using toolhive::Code;
  http::Server server({});
  Call one([&](const http::Request&, http::Responder& responder) {
    responder.reply(text(server.close(one).to_string()));
  });
  Held other;
  const std::uint16_t port = server.open(kLoopback, "/a", one).value();
  CHECK(server.open(kLoopback, "/b", one).status().code() == Code::AlreadyExists);
  CHECK(server.open(kLoopback, "/a/", other).status().code() == Code::AlreadyExists);
  const toolhive::Status taken = server.open({.host = "127.0.0.1", .port = port}, "/", other).status();
  CHECK(taken.code() == Code::Unavailable);
  CHECK(taken.message() ==
        "cannot listen on 127.0.0.1, port " + std::to_string(port) + ": Address already in use");
  CHECK(server.open({.host = "127.0.0.1", .tls = true}, "/", other).status().code() == Code::Invalid);
  Client client(port);
  client.get("/a");
  CHECK(client.read().body == "Internal: a handler cannot be closed in a handler");
  CHECK(server.close(one).ok());
  CHECK(server.close(one).ok());
  server.stop();
  CHECK(server.open(kLoopback, "/", other).status().code() == Code::Unavailable);
}

namespace {

// A body of which nothing comes.
class Silent final : public http::BodySource {
 public:
  State next(std::size_t, std::string_view&) override { return State::Later; }
  void wait(std::function<void()>) override {}
  void release() override {}
  void abandon() override {}
};

// What the server tells of a reply without a body once its client has gone, or nothing within
// `limit`.
std::optional<bool> told_when_gone(bool ends_with_client, std::chrono::milliseconds limit) {
  std::promise<bool> written;
  auto told = written.get_future();
  Call silent([&](const http::Request&, http::Responder& responder) {
    http::Reply reply;
    reply.source = std::make_shared<Silent>();
    reply.ends_with_client = ends_with_client;
    reply.written = [&](bool complete) { written.set_value(complete); };
    responder.reply(std::move(reply));
  });
  http::Options options;
  options.timeouts.drain = std::chrono::milliseconds(1);
  http::Server server(options);
  {
    Client client(server.open(kLoopback, "/", silent).value());
    client.get("/");
    CHECK_FALSE(client.silent_for(std::chrono::seconds(10)));  // the head of the reply
  }
  std::optional<bool> result;
  if (told.wait_for(limit) == std::future_status::ready) result = told.get();
  server.stop();
  return result;
}

}  // namespace

TEST_CASE("a reply that ends with its client is over when the client hangs up, though nothing is written") {
  CHECK(told_when_gone(true, std::chrono::seconds(10)) == std::optional(false));
  CHECK_FALSE(told_when_gone(false, std::chrono::milliseconds(200)).has_value());
}
