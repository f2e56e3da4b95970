#include "controller/http/response_head.hpp"

#include "controller/http/reply.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace toolhive;

namespace {

http::ResponseFacts facts(unsigned version = 11, bool head = false) {
  http::ResponseFacts facts;
  facts.version = version;
  facts.head = head;
  facts.date_line = "Date: now\r\n";
  return facts;
}

}  // namespace

TEST_CASE("a handler cannot break the frame of its response") {
  web::http::http_response response(200);
  response.set_reason_phrase("fine\r\nX-Injected: 1");
  response.headers()["X-Value"] = "a\r\nX-Injected: 2";
  response.headers()["X Name"] = "b";
  response.headers()["Content-Length"] = "12abc";
  response.headers()["Transfer-Encoding"] = "gzip";
  response.headers()["Connection"] = "upgrade";
  std::string head;
  const http::ResponseFrame frame = http::write_head(head, response, facts());
  CHECK(head ==
        "HTTP/1.1 200 fine  X-Injected: 1\r\nX-Value: a  X-Injected: 2\r\nDate: now\r\nContent-Length: "
        "0\r\n\r\n");
  CHECK(frame.framing == http::Framing::NoBody);
  CHECK_FALSE(frame.close);
}

TEST_CASE("a handler cannot break the frame of a reply whose bytes are ready") {
  http::Reply reply;
  reply.headers = {{"X-Value", "a\r\nX-Injected: 2"},
                   {"X Name", "b"},
                   {"Content-Length", "12"},
                   {"Transfer-Encoding", "gzip"},
                   {"Connection", "upgrade"}};
  std::string head;
  CHECK(http::write_head(head, reply, facts()).framing == http::Framing::NoBody);
  CHECK(head == "HTTP/1.1 200 OK\r\nX-Value: a  X-Injected: 2\r\nDate: now\r\nContent-Length: 0\r\n\r\n");
  reply.body = std::make_shared<const std::string>("hello");
  reply.content_type = "text/plain\r\nX-Injected: 3";
  head.clear();
  const auto frame = http::write_head(head, reply, facts());
  CHECK(frame.framing == http::Framing::Length);
  CHECK(frame.length == 5);
  CHECK(head.ends_with("Content-Type: text/plain  X-Injected: 3\r\nDate: now\r\nContent-Length: 5\r\n\r\n"));
  reply.lines = "X-Ready: 1\r\nX-Set: 2\r\n";
  head.clear();
  http::write_head(head, reply, facts());
  CHECK(head.find("\r\nX-Ready: 1\r\nX-Set: 2\r\nContent-Type: ") != std::string::npos);
  reply.status = 99;
  head.clear();
  http::write_head(head, reply, facts());
  CHECK(head.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
}

TEST_CASE("HEAD keeps the length and leaves the body out") {
  web::http::http_response response(200);
  response.set_body(std::string("hello"), "text/plain");
  response.set_reason_phrase("OK");
  std::string head;
  CHECK(http::write_head(head, response, facts(11, true)).framing == http::Framing::NoBody);
  CHECK(head.find("Content-Length: 5\r\n") != std::string::npos);
}

TEST_CASE("204 and 304 have neither a body nor a length") {
  for (const unsigned short status : {204, 304}) {
    web::http::http_response response(status);
    response.set_body(std::string("hello"), "text/plain");
    std::string head;
    CHECK(http::write_head(head, response, facts()).framing == http::Framing::NoBody);
    CHECK(head.find("Content-Length") == std::string::npos);
    CHECK(head.find("Transfer-Encoding") == std::string::npos);
  }
}

TEST_CASE("a body of unknown length is chunked, or ends with the connection in HTTP/1.0") {
  web::http::http_response response(200);
  response.set_body(concurrency::streams::bytestream::open_istream(std::string("hello")));
  std::string head;
  CHECK(http::write_head(head, response, facts()).framing == http::Framing::Chunked);
  const http::ResponseFrame old = http::write_head(head, response, facts(10));
  CHECK(old.framing == http::Framing::UntilClose);
  CHECK(old.close);
}

TEST_CASE("a final response with an informational status is an error of the server") {
  web::http::http_response response(101);
  std::string head;
  http::write_head(head, response, facts());
  CHECK(head.rfind("HTTP/1.1 500 ", 0) == 0);
}
