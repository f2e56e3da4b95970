// Opening and closing listeners, and the server's own life.
#include "controller/http/listener/process.hpp"
#include "controller/http/listener/request.hpp"
#include "test/unit/http/client.hpp"
#include "test/unit/http_listener/test_server.hpp"

#include <doctest/doctest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <thread>

using namespace toolhive;

using namespace toolhive::http_test;
using std::chrono::milliseconds;
using std::chrono::seconds;
using web::http::http_request;

namespace {

std::string failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

bool ipv6_available() {
  http::Options options;
  const auto server = http::ListenerServer::open(options).value();
  Listener listener("http://[::1]:0/");
  return failure([&] {
           listener.open().wait();
           listener.close().wait();
         })
      .empty();
}

}  // namespace

TEST_CASE("a listener that was closed opens again, on the same hardened server") {
  TestServer server;
  for (int i = 0; i < 3; ++i) {
    const std::uint16_t port = server.server().port("http://127.0.0.1:0/");
    CHECK(status_for(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
    CHECK(status_for(port, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n") == 400);
    server.close();
    CHECK_FALSE(Client(port).connected());
    server.open();
  }
}

TEST_CASE("a listener can be closed as soon as it is open") {
  TestServer server;
  for (int i = 0; i < 300; ++i) {
    server.close();
    server.open();
  }
  CHECK(status_for(server.server().port("http://127.0.0.1:0/"), "GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
}

TEST_CASE("several listeners share a server, a port by path and a path by port") {
  http::init_process(1);
  const auto server = http::ListenerServer::open({}).value();
  const auto say = [](const char* text) {
    return [text](const http_request& request) { request.reply(200, std::string(text)); };
  };
  Listener root("http://127.0.0.1:0/");
  Listener api("http://127.0.0.1:0/api");
  Listener other("http://localhost:0/");
  root.support(say("root"));
  api.support(say("api"));
  other.support(say("other"));
  root.open().wait();
  api.open().wait();
  other.open().wait();
  const auto ask = [](std::uint16_t port, const char* target) {
    Client client(port);
    client.get(target);
    return client.read().body;
  };
  const std::uint16_t port = server->port("http://127.0.0.1:0/");
  CHECK(ask(port, "/") == "root");
  CHECK(ask(port, "/api/x") == "api");
  CHECK(ask(port, "/%61pi") == "api");
  CHECK(ask(port, "/api%2Fx") == "root");
  CHECK(ask(server->port("http://localhost:0/"), "/api") == "other");
  root.close().wait();
  Client client(port);
  client.get("/");
  CHECK(client.read().status == 404);
  client.get("/api");
  CHECK(client.read().status == 200);
  api.close().wait();
  other.close().wait();
}

TEST_CASE("all addresses are listened on with + and *, one family with its own") {
  http::init_process(1);
  const bool v6 = ipv6_available();
  const auto server = http::ListenerServer::open({}).value();
  const auto reaches = [&](const std::string& uri, const char* address) {
    Listener listener(uri);
    listener.support(echo);
    listener.open().wait();
    Client client(server->port(uri), address);
    const bool reached = client.connected() && client.get("/") && client.read().status == 200;
    listener.close().wait();
    return reached;
  };
  for (const std::string uri : {"http://+:0/", "http://*:0/", "http://0.0.0.0:0/", "http://localhost:0/"}) {
    CAPTURE(uri);
    CHECK(reaches(uri, "127.0.0.1"));
  }
  if (!v6) return;
  CHECK(reaches("http://+:0/", "::1"));
  CHECK(reaches("http://[::]:0/", "::1"));
  CHECK(reaches("http://[::]:0/", "127.0.0.1"));
  CHECK(reaches("http://[::1]:0/", "::1"));
  CHECK_FALSE(reaches("http://0.0.0.0:0/", "::1"));
}

TEST_CASE("the address of a client is told without the IPv6 wrapping") {
  http::init_process(1);
  const auto server = http::ListenerServer::open({}).value();
  Listener listener("http://+:0/");
  listener.support([](const http_request& request) { request.reply(200, request.remote_address()); });
  listener.open().wait();
  Client client(server->port("http://+:0/"));
  client.get("/");
  CHECK(client.read().body == "127.0.0.1");
  listener.close().wait();
}

TEST_CASE("a listener that cannot open says where and why") {
  TestServer server;
  const std::string taken = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
  Listener second(taken);
  CHECK(failure([&] { second.open().wait(); }).find("Address already in use") != std::string::npos);
  Listener foreign("http://192.0.2.1:0/");
  CHECK(failure([&] { foreign.open().wait(); }).find("192.0.2.1") != std::string::npos);
  Listener unknown("http://no-such-host.invalid:0/");
  CHECK(failure([&] { unknown.open().wait(); }).find("no-such-host.invalid") != std::string::npos);
  Listener secure("https://127.0.0.1:0/");
  CHECK(failure([&] { secure.open().wait(); }).find("certificate") != std::string::npos);
  Listener same("http://127.0.0.1:0/");
  CHECK(failure([&] { same.open().wait(); }).find("path") != std::string::npos);
}

TEST_CASE("there is one server at a time") {
  TestServer server;
  const auto second = http::ListenerServer::open({});
  CHECK(second.status().code() == toolhive::Code::AlreadyExists);
  CHECK(status_for(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
}

TEST_CASE("closing finishes requests in flight and refuses new connections") {
  Held held;
  TestServer server({}, held.handler());
  Client busy(server.port());
  busy.get("/busy");
  const http_request request = held.take();
  Client idle(server.port());
  Client halfway(server.port());
  halfway.send("GET /half HTTP/1.1\r\n");
  CHECK(eventually([&] { return server.server().stats().connections == 3; }));
  auto closing = std::async(std::launch::async, [&] { server.close(); });
  CHECK(idle.ended_within(seconds(5)));
  CHECK(eventually([&] { return !Client(server.port()).connected(); }));
  CHECK(closing.wait_for(milliseconds(50)) == std::future_status::timeout);
  halfway.send("Host: a\r\n\r\n");
  held.take().reply(200, "half");
  const Response half = halfway.read();
  CHECK(half.body == "half");
  CHECK(half.fields.at("connection") == "close");
  request.reply(200, "done");
  CHECK(busy.read().body == "done");
  CHECK(closing.wait_for(seconds(5)) == std::future_status::ready);
}

TEST_CASE("closing cuts off what is still in flight after the drain timeout") {
  http::Options options;
  options.timeouts.drain = milliseconds(100);
  Held held;
  TestServer server(options, held.handler());
  Client client(server.port());
  client.get("/");
  const http_request request = held.take();
  server.close();
  CHECK(client.ended_within(seconds(5)));
  CHECK(server.server().stats().requests_in_flight == 0);
  CHECK_THROWS(request.reply(200).get());
}

TEST_CASE("closing one of two listeners on a port waits for its own requests only") {
  http::init_process(1);
  const auto server = http::ListenerServer::open({}).value();
  Held first;
  Held second;
  Listener a("http://127.0.0.1:0/a");
  Listener b("http://127.0.0.1:0/b");
  a.support(first.handler());
  b.support(second.handler());
  a.open().wait();
  b.open().wait();
  const std::uint16_t port = server->port("http://127.0.0.1:0/");
  Client at_a(port);
  Client at_b(port);
  at_a.get("/a");
  at_b.get("/b");
  const http_request request_a = first.take();
  const http_request request_b = second.take();
  auto closing = std::async(std::launch::async, [&] { a.close().wait(); });
  CHECK(closing.wait_for(milliseconds(50)) == std::future_status::timeout);
  request_a.reply(200, "a");
  CHECK(at_a.read().body == "a");
  CHECK(closing.wait_for(seconds(5)) == std::future_status::ready);
  request_b.reply(200, "b");
  CHECK(at_b.read().body == "b");
  b.close().wait();
}

TEST_CASE("close() in a handler fails instead of waiting for itself") {
  http::init_process(1);
  const auto server = http::ListenerServer::open({}).value();
  Listener listener("http://127.0.0.1:0/");
  listener.support(
      [&](const http_request& request) { request.reply(200, failure([&] { listener.close().wait(); })); });
  listener.open().wait();
  Client client(server->port("http://127.0.0.1:0/"));
  client.get("/");
  CHECK(client.read().body.find("in a handler") != std::string::npos);
}

TEST_CASE("a reply after the server has stopped fails and harms nobody") {
  Held held;
  http_request late;
  {
    http::Options options;
    options.timeouts.drain = milliseconds(50);
    TestServer server(options, held.handler());
    Client client(server.port());
    client.get("/");
    late = held.take();
    server.server().stop();
    CHECK(client.ended_within(seconds(5)));
  }
  CHECK_NOTHROW(late.reply(200).wait());
}

TEST_CASE("stopping finishes requests in flight while replies come from other threads") {
  Held held;
  TestServer server({}, held.handler());
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(server.port());
    clients.back().get("/");
  }
  std::vector<http_request> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(held.take());
  std::thread replies([&] {
    for (const http_request& request : requests) request.reply(200);
  });
  server.server().stop();
  replies.join();
  for (Client& client : clients) CHECK(client.read().status == 200);
  CHECK(server.server().stats().connections == 0);
}
