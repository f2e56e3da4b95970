// Replies whose bytes are ready, past cpprestsdk's http_response.
#include "controller/http/listener/reply.hpp"

#include "controller/http/listener/request.hpp"
#include "test/unit/http/client.hpp"
#include "test/unit/http_listener/test_server.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

using namespace toolhive;

using namespace toolhive::http_test;
using web::http::http_request;

namespace {

http::Reply text_reply(std::string body, unsigned status = 200) {
  http::Reply reply;
  reply.status = status;
  reply.headers = {{"X-Test", "yes"}};
  reply.content_type = "text/plain";
  reply.body = std::make_shared<const std::string>(std::move(body));
  return reply;
}

}  // namespace

TEST_CASE("a ready reply has the framing that its request and its status ask for") {
  TestServer server({}, [](const http_request& request) {
    const auto target = http::raw_target(request);
    if (target == "/empty") {
      http::reply(request, {});
    } else {
      http::reply(request, text_reply("hello", target == "/304" ? 304 : 200));
    }
  });
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.get("/");
    const Response whole = client.read();
    CHECK(whole.status == 200);
    CHECK(whole.body == "hello");
    CHECK(whole.fields.at("x-test") == "yes");
    CHECK(whole.fields.at("content-type") == "text/plain");
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    const Response head = client.read(true);
    CHECK(head.fields.at("content-length") == "5");
    client.get("/304");
    const Response unchanged = client.read(true);
    CHECK(unchanged.status == 304);
    CHECK_FALSE(unchanged.fields.contains("content-length"));
    client.get("/empty");
    const Response empty = client.read();
    CHECK(empty.status == 200);
    CHECK(empty.fields.at("content-length") == "0");
    CHECK_FALSE(empty.fields.contains("content-type"));
  }
  CHECK(status_for(server.port(), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") == 200);
}

TEST_CASE("a request is answered once, in whichever way comes first") {
  std::atomic<int> refused{0};
  TestServer server({}, [&](const http_request& request) {
    const auto target = http::raw_target(request);
    if (target == "/ready-ready") {
      http::reply(request, text_reply("first"));
      if (!http::reply(request, text_reply("second"))) ++refused;
    } else if (target == "/ready-response") {
      http::reply(request, text_reply("first"));
      try {
        request.reply(200, "second").get();
      } catch (const std::exception&) {
        ++refused;
      }
    } else if (target == "/response-ready") {
      request.reply(200, "first");
      if (!http::reply(request, text_reply("second"))) ++refused;
    } else {
      http::reply(request, text_reply("first"));
      ++refused;
      throw std::runtime_error("after the reply");
    }
  });
  Client client(server.port());
  int expected = 0;
  for (const char* target : {"/ready-ready", "/ready-response", "/response-ready", "/ready-throw"}) {
    CAPTURE(target);
    client.get(target);
    CHECK(client.read().body == "first");
    CHECK(eventually([&] { return refused == expected + 1; }));
    ++expected;
  }
  client.get("/ready-ready");
  CHECK(client.read().body == "first");
  CHECK(server.server().stats().transport_errors == 0);
}

TEST_CASE("a large ready reply from another thread arrives whole, and its end is told") {
  Held held;
  TestServer server({}, held.handler());
  Client client(server.port());
  client.get("/");
  client.get("/next");
  const std::string body(20'000'000, 'z');
  std::promise<bool> written;
  auto reply = text_reply(body);
  reply.written = [&](bool complete) { written.set_value(complete); };
  std::thread([request = held.take(), &reply] { CHECK(http::reply(request, std::move(reply))); }).join();
  auto told = written.get_future();
  // Nobody reads yet.
  CHECK(told.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  CHECK(client.read().body == body);
  CHECK(told.get());
  http::reply(held.take(), text_reply("next"));
  CHECK(client.read().body == "next");
}

TEST_CASE("a ready reply that cannot be written says so, once, and harms nobody") {
  Held held;
  std::atomic<int> failed{0}, done{0};
  const auto counted = [&](std::string body) {
    auto reply = text_reply(std::move(body));
    reply.written = [&](bool complete) { ++(complete ? done : failed); };
    return reply;
  };
  http_request late;
  {
    TestServer server({}, held.handler());
    {
      Client gone(server.port());
      gone.get("/");
      const auto request = held.take();
      gone.reset();
      http::reply(request, counted(std::string(20'000'000, 'z')));
    }
    CHECK(eventually([&] { return failed == 1; }));
    CHECK(eventually([&] { return server.server().stats().connections == 0; }));
    CHECK(server.server().stats().requests_in_flight == 0);
  }
  {
    http::Options options;
    options.timeouts.drain = std::chrono::milliseconds(50);
    TestServer server(options, held.handler());
    Client client(server.port());
    client.get("/");
    late = held.take();
    server.server().stop();
  }
  CHECK(http::reply(late, counted("late")));
  CHECK(failed == 2);
  CHECK_FALSE(http::reply(late, counted("again")));
  CHECK(done == 0);
  CHECK_FALSE(http::reply(http_request(), counted("made by nobody")));
  CHECK(failed == 2);
}
