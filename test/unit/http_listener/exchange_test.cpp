// What a well-behaved client sees.
#include "controller/http/listener/request.hpp"
#include "test/unit/http/client.hpp"
#include "test/unit/http_listener/test_server.hpp"

#include <cpprest/containerstream.h>
#include <cpprest/producerconsumerstream.h>
#include <cpprest/rawptrstream.h>
#include <doctest/doctest.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

using namespace toolhive;

using namespace toolhive::http_test;
using web::http::http_request;
using web::http::http_response;

namespace {

std::string numbered(const char* text, int number) {
  return std::string(text).append(std::to_string(number));
}

}  // namespace

TEST_CASE("requests on one connection are answered one after the other") {
  TestServer server;
  Client client(server.port());
  for (int i = 0; i < 100; ++i) {
    client.get(numbered("/", i));
    const Response response = client.read();
    REQUIRE(response.status == 200);
    CHECK(response.body == numbered("/", i));
  }
  CHECK(server.server().stats().connections_accepted == 1);
}

TEST_CASE("pipelined requests are answered in their order, whenever handlers reply") {
  Held held;
  TestServer server({}, held.handler());
  Client client(server.port());
  client.send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: "
      "a\r\n\r\n");
  for (int i = 1; i <= 3; ++i) {
    const http_request request = held.take();
    CHECK(http::raw_target(request) == numbered("/", i));
    request.reply(200, numbered("reply ", i)).wait();
    CHECK(client.read().body == numbered("reply ", i));
  }
}

TEST_CASE("a request without a body has an empty one, whatever earlier handlers did to theirs") {
  TestServer server({}, [](http_request request) {
    request.content_ready().wait();
    const auto body = request.body();
    std::vector<std::uint8_t> room(10);
    std::uint8_t* bytes = room.data();
    std::size_t count = room.size();
    const concurrency::streams::container_buffer<std::string> sink;
    auto buffer = body.streambuf();
    const bool acquired = buffer.acquire(bytes, count);
    const std::vector<std::string> seen = {
        std::to_string(http::body(request).size()),
        std::to_string(body.read_to_end(sink).get()),
        std::to_string(body.read().get()),
        std::to_string(buffer.getn(room.data(), room.size()).get()),
        std::to_string(buffer.scopy(room.data(), room.size())),
        std::to_string(buffer.sbumpc()),
        std::to_string(buffer.nextc().get()),
        acquired && bytes == nullptr && count == 0 ? "nothing" : "something",
        std::to_string(buffer.putc('a').get()),
        std::to_string(buffer.in_avail()),
        body.is_eof() ? "end" : "more",
        std::to_string(static_cast<std::int64_t>(body.tell())),
        std::to_string(static_cast<std::int64_t>(body.seek(5))),
        request.extract_string(true).get()};
    body.close().wait();
    body.close(std::make_exception_ptr(std::runtime_error("closed"))).wait();
    std::string text;
    for (const std::string& one : seen) text += one + ' ';
    request.reply(200, text);
  });
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.get("/");
    CHECK(client.read().body == "0 0 -1 0 0 -1 -1 nothing -1 0 end 0 0  ");
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    CHECK(client.read().status == 200);
  }
}

TEST_CASE("a long pipeline is answered to its end") {
  TestServer server;
  Client client(server.port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += numbered("GET /", i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(requests);
  for (int i = 0; i < 1000; ++i) REQUIRE(client.read().body == numbered("/", i));
}

TEST_CASE("the raw target reaches the handler as it was sent") {
  TestServer server;
  Client client(server.port());
  client.get("/v0.1/servers/io.example%2Fweather/versions/1.0%2B1?a=%2f");
  CHECK(client.read().body == "/v0.1/servers/io.example%2Fweather/versions/1.0%2B1?a=%2f");
  client.send("GET http://other:80/a%2Fb HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(client.read().body == "/a%2Fb");
}

TEST_CASE("the raw target of a request that no server made is its URI") {
  http_request request("GET");
  request.set_request_uri("/a?b");
  CHECK(http::raw_target(request) == "/a?b");
  CHECK(http::body(request).empty());
}

TEST_CASE("HEAD is answered with the header of GET and no body") {
  TestServer server;
  Client client(server.port());
  client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n");
  const Response head = client.read(true);
  CHECK(head.status == 200);
  CHECK(head.fields.at("content-length") == "4");
  client.get("/next");
  CHECK(client.read().body == "/next");
}

TEST_CASE("a body arrives whole, sent with a length or in chunks") {
  TestServer server;
  Client client(server.port());
  const std::string body(300'000, 'b');
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + body);
  CHECK(client.read().body == body);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i) client.send("186A0\r\n" + body.substr(0, 100'000) + "\r\n");
  client.send("0\r\n\r\n");
  CHECK(client.read().body == body);
  CHECK(eventually([&] { return server.server().stats().requests_in_flight == 0; }));
}

TEST_CASE("cpprestsdk's own ways to read a body work as ever") {
  TestServer server({}, [](http_request request) {
    request.extract_string(true).then([request](const std::string& text) { request.reply(200, text); });
  });
  Client client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(client.read().body == "hello");
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read().body.empty());
}

TEST_CASE("a client that expects 100-continue is told to go on") {
  TestServer server;
  Client client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 100);
  client.send("hello");
  CHECK(client.read().body == "hello");
}

TEST_CASE("a client that expects 100-continue for too large a body is told before it sends") {
  http::Options options;
  options.limits.body_bytes = 4;
  TestServer server(options);
  Client client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 413);
}

TEST_CASE("body limits depend on the request, and are answered before the body is read") {
  http::Options options;
  options.body_limit = [](std::string_view method, std::string_view target) -> std::uint64_t {
    return method == "PUT" && target == "/large" ? 1000 : 10;
  };
  TestServer server(options);
  const auto send = [&](const std::string& request, std::size_t length) {
    return status_for(server.port(), request +
                                         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) +
                                         "\r\n\r\n" + std::string(length > 1000 ? 0 : length, 'x'));
  };
  CHECK(send("PUT /large", 1000) == 200);
  CHECK(send("PUT /large", 1001) == 413);
  CHECK(send("PUT /small", 10) == 200);
  CHECK(send("PUT /small", 11) == 413);
  CHECK(send("POST /large", 5'000'000'000) == 413);
  CHECK(status_for(
            server.port(),
            "PUT /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n3\r\n") ==
        413);
}

TEST_CASE("HTTP/1.0 ends after one response unless it asks to be kept") {
  TestServer server;
  Client once(server.port());
  once.send("GET /a HTTP/1.0\r\n\r\n");
  CHECK(once.read_to_end().find("Connection: close\r\n") != std::string::npos);
  Client kept(server.port());
  kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(kept.read().fields["connection"] == "keep-alive");
  kept.send("GET /b HTTP/1.0\r\n\r\n");
  CHECK(kept.read().body == "/b");
}

TEST_CASE("Connection: close is heeded from either side") {
  TestServer server({}, [](const http_request& request) {
    http_response response(200);
    if (http::raw_target(request) == "/close") response.headers()["Connection"] = "close";
    request.reply(response);
  });
  Client client(server.port());
  client.get("/", "Connection: close\r\n");
  CHECK(client.read().fields["connection"] == "close");
  CHECK(client.ended_within(std::chrono::seconds(5)));
  Client other(server.port());
  other.get("/close");
  CHECK(other.read().fields["connection"] == "close");
  CHECK(other.ended_within(std::chrono::seconds(5)));
}

TEST_CASE("a client that has finished sending still gets its answers") {
  Held held;
  TestServer server({}, held.handler());
  Client client(server.port());
  client.get("/a");
  client.finish_sending();
  held.take().reply(200, "late");
  CHECK(client.read().body == "late");
  CHECK(client.ended_within(std::chrono::seconds(5)));
}

TEST_CASE("a handler that throws answers 500 and the connection goes on") {
  TestServer server({}, [](const http_request& request) {
    if (http::raw_target(request) == "/throw") throw std::runtime_error("secret detail");
    request.reply(200);
  });
  Client client(server.port());
  client.get("/throw");
  const Response response = client.read();
  CHECK(response.status == 500);
  CHECK(response.body.find("secret") == std::string::npos);
  client.get("/");
  CHECK(client.read().status == 200);
}

TEST_CASE("a request that is let go of without a reply is answered 500") {
  Held held;
  TestServer server({}, [&](const http_request& request) {
    if (http::raw_target(request) == "/later") held.handler()(request);
  });
  Client client(server.port());
  client.get("/now");
  CHECK(client.read().status == 500);
  client.get("/later");
  held.take();
  CHECK(client.read().status == 500);
  CHECK(eventually([&] { return server.server().stats().requests_in_flight == 0; }));
}

TEST_CASE("TRACE and CONNECT are answered 405, OPTIONS * 204") {
  TestServer server;
  Client trace(server.port());
  trace.send("TRACE / HTTP/1.1\r\nHost: a\r\nAuthorization: secret\r\n\r\n");
  const Response refused = trace.read();
  CHECK(refused.status == 405);
  CHECK(refused.fields.contains("allow"));
  CHECK(refused.body.find("secret") == std::string::npos);
  CHECK(status_for(server.port(), "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n") == 405);
  CHECK(status_for(server.port(), "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 204);
}

TEST_CASE("targets that are refused are answered 400") {
  TestServer server;
  for (const std::string target :
       {"/../etc/passwd", "/a/%2e%2e/b", "/a%00", "/a%zz", "//../x", "/a%2F..%2Fb", "x"}) {
    CAPTURE(target);
    CHECK(status_for(server.port(), "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  }
}

TEST_CASE("what a handler says in an http_response arrives, and cannot break its frame") {
  TestServer server({}, [](const http_request& request) {
    http_response response(404);
    response.set_reason_phrase("gone\r\nX-Injected: 1");
    response.headers()["X-Value"] = "a\r\nX-Injected: 2";
    response.headers()["X Name"] = "b";
    response.headers()["Transfer-Encoding"] = "gzip";
    response.set_body(std::string("hello"), "text/plain");
    request.reply(response);
  });
  Client client(server.port());
  client.get("/", "Connection: close\r\n");
  const std::string answer = client.read_to_end();
  CHECK(answer.rfind("HTTP/1.1 404 gone  X-Injected: 1\r\n", 0) == 0);
  CHECK(answer.find("\r\nX-Value: a  X-Injected: 2\r\n") != std::string::npos);
  CHECK(answer.find("X Name") == std::string::npos);
  CHECK(answer.find("gzip") == std::string::npos);
  CHECK(answer.find("\r\nContent-Type: text/plain\r\n") != std::string::npos);
  CHECK(answer.find("\r\nContent-Length: 5\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\nhello"));
}

TEST_CASE("large bodies of known length arrive whole") {
  static const std::string body(20'000'000, 'z');
  TestServer server({}, [](const http_request& request) {
    http_response response(200);
    response.set_body(concurrency::streams::rawptr_stream<std::uint8_t>::open_istream(
                          reinterpret_cast<const std::uint8_t*>(body.data()), body.size()),
                      body.size(), "text/plain");
    request.reply(response);
  });
  Client client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.get("/");
    const Response response = client.read();
    CHECK(response.complete);
    CHECK(response.body == body);
  }
}

TEST_CASE("a body is streamed while it is produced, its header first") {
  concurrency::streams::producer_consumer_buffer<std::uint8_t> pipe;
  TestServer server({}, [&](const http_request& request) {
    http_response response(200);
    response.set_body(pipe.create_istream(), "text/plain");
    request.reply(response);
  });
  Client client(server.port());
  client.get("/");
  const auto put = [&](const std::string& text) {
    pipe.putn_nocopy(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()).wait();
    pipe.sync().wait();
  };
  std::string seen;
  const auto saw = [&](const std::string& text) {
    return eventually([&] {
      char byte = 0;
      while (::recv(client.descriptor(), &byte, 1, MSG_DONTWAIT) == 1) seen += byte;
      return seen.find(text) != std::string::npos;
    });
  };
  CHECK(saw("Transfer-Encoding: chunked\r\n\r\n"));
  put("first");
  CHECK(saw("irst"));
  put("second");
  CHECK(saw("econd"));
  pipe.close(std::ios_base::out).wait();
  CHECK(saw("\r\n0\r\n\r\n"));
  client.finish_sending();
}

TEST_CASE("a body that turns out shorter than announced ends the connection") {
  TestServer server({}, [](const http_request& request) {
    http_response response(200);
    response.set_body(concurrency::streams::bytestream::open_istream(std::string("short")), 100,
                      "text/plain");
    request.reply(response);
  });
  Client client(server.port());
  client.get("/");
  CHECK_FALSE(client.read().complete);
}

TEST_CASE("transport errors carry the owner's body, and the access log has every answer") {
  std::mutex mutex;
  std::vector<std::string> lines;
  http::Options options;
  options.error_body = [](const http::TransportError& error) {
    return http::ErrorBody{"application/problem+json", "{\"status\":" + std::to_string(error.status) + "}"};
  };
  options.access_log = [&](const http::AccessRecord& record) {
    const std::lock_guard lock(mutex);
    lines.push_back(std::string(record.remote_address) + " " + std::string(record.method) + " " +
                    std::string(record.target) + " " + std::to_string(record.status) + " " +
                    std::to_string(record.body_bytes) + (record.handled ? " handled" : ""));
  };
  {
    TestServer server(options);
    // The client can have its answer before the log has the line.
    const auto logged = [&](std::size_t count) {
      return eventually([&] {
        const std::lock_guard lock(mutex);
        return lines.size() == count;
      });
    };
    Client client(server.port());
    client.get("/../x");
    Response response = client.read();
    CHECK(response.fields["content-type"] == "application/problem+json");
    CHECK(response.body == "{\"status\":400}");
    CHECK(logged(1));
    Client other(server.port());
    other.get("/ok");
    CHECK(other.read().status == 200);
    CHECK(logged(2));
    CHECK(status_for(server.port(), "nonsense\r\n\r\n") == 400);
    CHECK(logged(3));
  }
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "127.0.0.1 GET /../x 400 14");
  CHECK(lines[1] == "127.0.0.1 GET /ok 200 3 handled");
  CHECK(lines[2].find(" 400 14") != std::string::npos);
}
