#include "controller/http/response_head.hpp"

#include "controller/http/reply.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

using namespace toolhive;

namespace {

http::ResponseFacts facts(unsigned version = 11, bool head = false) {
  http::ResponseFacts facts;
  facts.version = version;
  facts.head = head;
  facts.date_line = "Date: now\r\n";
  return facts;
}

http::Reply hello() {
  http::Reply reply;
  reply.content_type = "text/plain";
  reply.body = std::make_shared<const std::string>("hello");
  return reply;
}

class NoSource final : public http::BodySource {
 public:
  State next(std::size_t, std::string_view&) override { return State::End; }
  void wait(std::function<void()>) override {}
  void release() override {}
  void abandon() override {}
};

}  // namespace

TEST_CASE("a handler cannot break the frame of its response") {
  http::Reply reply;
  reply.reason = "fine\r\nX-Injected: 1";
  reply.headers = {{"Connection", "upgrade"},
                   {"Content-Length", "12abc"},
                   {"Transfer-Encoding", "gzip"},
                   {"X Name", "b"},
                   {"X-Value", "a\r\nX-Injected: 2"}};
  std::string head;
  const http::ResponseFrame frame = http::write_head(head, reply, facts());
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
  std::string head;
  CHECK(http::write_head(head, hello(), facts(11, true)).framing == http::Framing::NoBody);
  CHECK(head.find("Content-Length: 5\r\n") != std::string::npos);
}

TEST_CASE("204 and 304 have neither a body nor a length") {
  for (const unsigned status : {204U, 304U}) {
    http::Reply reply = hello();
    reply.status = status;
    std::string head;
    CHECK(http::write_head(head, reply, facts()).framing == http::Framing::NoBody);
    CHECK(head.find("Content-Length") == std::string::npos);
    CHECK(head.find("Transfer-Encoding") == std::string::npos);
  }
}

TEST_CASE("a body of unknown length is chunked, or ends with the connection in HTTP/1.0") {
  http::Reply reply;
  reply.source = std::make_shared<NoSource>();
  std::string head;
  CHECK(http::write_head(head, reply, facts()).framing == http::Framing::Chunked);
  const http::ResponseFrame old = http::write_head(head, reply, facts(10));
  CHECK(old.framing == http::Framing::UntilClose);
  CHECK(old.close);
}

TEST_CASE("a body of known length is framed by it, whoever has the bytes") {
  http::Reply reply;
  reply.source = std::make_shared<NoSource>();
  reply.headers = {{"Content-Length", "7"}};
  std::string head;
  const http::ResponseFrame frame = http::write_head(head, reply, facts());
  CHECK(frame.framing == http::Framing::Length);
  CHECK(frame.length == 7);
}

TEST_CASE("a final response with an informational status is an error of the server") {
  http::Reply reply;
  reply.status = 101;
  reply.reason = "Switching Protocols";
  std::string head;
  http::write_head(head, reply, facts());
  CHECK(head.rfind("HTTP/1.1 500 Internal Server Error\r\n", 0) == 0);
}
