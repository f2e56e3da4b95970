#include "controller/http/request_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace toolhive;

namespace {

using http::RequestParser;
using Status = RequestParser::Status;

struct Result {
  unsigned status = 0;  // 0: needs more, 200: complete
  http::Request request;
  bool expects_continue = false;
  std::size_t left = 0;
};

// Feeds `bytes` in pieces of `piece`.
Result parse(std::string_view bytes, std::size_t piece = 100'000, const http::Limits& limits = {}) {
  RequestParser parser(limits);
  std::string held;
  Result result;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    held += bytes.substr(at, piece);
    std::string_view rest = held;
    Status status = parser.feed(rest);
    if (status == Status::HeaderDone) status = parser.feed(rest);
    held = rest;
    if (status == Status::Failed) result.status = parser.error_status();
    if (status == Status::Done) result.status = 200;
    if (result.status != 0) {
      result.left = held.size() + (bytes.size() - std::min(bytes.size(), at + piece));
      break;
    }
  }
  result.expects_continue = parser.expects_continue();
  result.request = std::move(parser.request());
  return result;
}

unsigned status_of(const std::string& bytes) {
  const unsigned whole = parse(bytes).status;
  CHECK(parse(bytes, 1).status == whole);
  CHECK(parse(bytes, 7).status == whole);
  return whole;
}

const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

std::string body_of(const Result& result) {
  return {result.request.body.begin(), result.request.body.end()};
}

}  // namespace

TEST_CASE("a request is the same in one piece and byte by byte") {
  const std::string bytes =
      "PUT /a%2Fb?c HTTP/1.1\r\nHost: example.com\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\nhelloGET";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Result result = parse(bytes, piece);
    CAPTURE(piece);
    REQUIRE(result.status == 200);
    CHECK(result.request.method == "PUT");
    CHECK(result.request.target == "/a%2Fb?c");
    CHECK(*result.request.headers.find("X-A") == "1, 2");
    CHECK(body_of(result) == "hello");
    CHECK(result.left == 3);
  }
}

TEST_CASE("chunks are joined, extensions ignored and trailer fields dropped") {
  const std::string bytes =
      kChunked + "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nAuthorization: stolen\r\nHost: other\r\n\r\n";
  for (const std::size_t piece : {1, 3, 1000}) {
    const Result result = parse(bytes, piece);
    REQUIRE(result.status == 200);
    CHECK(body_of(result) == "hello world");
    CHECK(result.request.headers.find("Authorization") == nullptr);
    CHECK(*result.request.headers.find("Host") == "a");
  }
}

TEST_CASE("an empty chunked body ends wherever it is cut") {
  const std::string bytes = kChunked + "0\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) CHECK(parse(bytes, piece).status == 200);
}

TEST_CASE("chunk sizes that are no size are answered 400") {
  for (const std::string size :
       {"-1", "+5", "0x5", "g", "", " 5", "5 5", "FFFFFFFFFFFFFFFFF", "10000000000000000", ";a=b"}) {
    CAPTURE(size);
    CHECK(status_of(kChunked + size + "\r\nhello\r\n0\r\n\r\n") == 400);
  }
  CHECK(status_of(kChunked + "5\r\nhelloX\r\n0\r\n\r\n") == 400);
  CHECK(status_of(kChunked + "5\nhello\r\n0\r\n\r\n") == 400);
}

TEST_CASE("a chunk that is larger than the body may be is answered 413") {
  for (const std::string size : {"FFFFFFFFFFFFFFFF", "7FFFFFFFFFFFFFFF", "FFFFFFFF", "100001"}) {
    CAPTURE(size);
    CHECK(status_of(kChunked + size + "\r\n") == 413);
  }
}

TEST_CASE("requests that two servers could read differently are answered 400") {
  for (const std::string fields : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5\r\nContent-Length: 5\r\n",
                                   "Content-Length: 5\r\nContent-Length: 6\r\n",
                                   "Content-Length: 5, 5\r\n",
                                   "Content-Length: +5\r\n",
                                   "Content-Length: -5\r\n",
                                   "Content-Length: 0x5\r\n",
                                   "Content-Length: 5 \t5\r\n",
                                   "Content-Length: \r\n",
                                   "Content-Length: 18446744073709551616\r\n",
                                   "Content-Length : 5\r\n",
                                   "Transfer-Encoding : chunked\r\n",
                                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                   "X: a\r\n b\r\n",
                                   "X: a\r\n\tb\r\n",
                                   " X: a\r\n",
                                   "X: a\nY: b\r\n",
                                   "X: a\rY: b\r\n",
                                   "X\r\n",
                                   ": a\r\n",
                                   "Host: b\r\n",
                                   "Host: a\r\nHost: a\r\n",
                                   "X: a\001b\r\n",
                                   "X y: a\r\n"}) {
    CAPTURE(fields);
    CHECK(status_of(kPost + fields + "\r\nhello") == 400);
  }
  CHECK(status_of(kPost + std::string("X: a\0b\r\n", 8) + "\r\n") == 400);
  CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
}

TEST_CASE("transfer codings other than chunked are answered 501") {
  for (const std::string coding : {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity",
                                   "xchunked", "\"chunked\""}) {
    CAPTURE(coding);
    CHECK(status_of(kPost + "Transfer-Encoding: " + coding + "\r\n\r\n") == 501);
  }
}

TEST_CASE("a Host field that is missing, repeated or malformed is answered 400") {
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n") == 200);
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 200);
}

TEST_CASE("what is no HTTP/1 request is told so at once") {
  CHECK(parse("\x16\x03\x01").status == 400);
  CHECK(parse("\x16\x03\x01", 1).status == 400);
  CHECK(parse("GET /\n").status == 400);
  CHECK(parse("GET / HTTP/1.1\nHost: a\n").status == 400);
  CHECK(parse("\n").status == 400);
  CHECK(parse("\r\n\r\n\r\n").status == 400);
  CHECK(parse("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200);
  CHECK(status_of("PRI * HTTP/2.0\r\n\r\n") == 505);
  CHECK(status_of("GET / HTTP/3.1\r\nHost: a\r\n\r\n") == 505);
  CHECK(parse("THIS-METHOD-HAS-NO-END-IT-GOES-ON-AND-ON").status == 501);
}

TEST_CASE("limits on the header hold, and are told before the header is complete") {
  http::Limits limits;
  limits.target_bytes = 100;
  limits.header_bytes = 1000;
  limits.header_fields = 10;
  const std::string line = "GET / HTTP/1.1\r\nHost: a\r\n";
  CHECK(parse("GET /" + std::string(99, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 5, limits).status == 200);
  CHECK(parse("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 5000, limits).status == 414);
  CHECK(parse("GET /" + std::string(500, 'a'), 5, limits).status == 414);
  CHECK(parse(line + "X: " + std::string(1000, 'a'), 5, limits).status == 431);
  CHECK(parse(line + "X: " + std::string(1000, 'a') + "\r\n\r\n", 5000, limits).status == 431);
  std::string fields;
  for (int i = 0; i < 9; ++i) fields += "X: a\r\n";
  CHECK(parse(line + fields + "\r\n", 5, limits).status == 200);
  CHECK(parse(line + fields + "X: a\r\n", 5, limits).status == 431);
}

TEST_CASE("a trailer is limited as the header is") {
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "X: a\r\n";
  CHECK(status_of(kChunked + "0\r\n" + fields + "\r\n") == 431);
  CHECK(status_of(kChunked + "0\r\nX: " + std::string(20'000, 'a')) == 431);
}

TEST_CASE("chunks with far more frame than data are refused") {
  std::string chunks;
  for (int i = 0; i < 300; ++i) chunks += "1;" + std::string(100, 'e') + "\r\na\r\n";
  CHECK(status_of(kChunked + chunks) == 400);
  CHECK(status_of(kChunked + "5;" + std::string(20'000, 'e')) == 431);
  std::string honest;
  for (int i = 0; i < 20'000; ++i) honest += "1\r\na\r\n";
  CHECK(parse(kChunked + honest + "0\r\n\r\n", 4096).status == 200);
}

TEST_CASE("a body is limited by what was set when the header was complete") {
  const http::Limits limits;
  RequestParser parser(limits);
  std::string_view rest = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world";
  REQUIRE(parser.feed(rest) == Status::HeaderDone);
  CHECK_FALSE(parser.set_body_limit(10));
  CHECK(parser.feed(rest) == Status::Failed);
  CHECK(parser.error_status() == 413);
}

TEST_CASE("an expectation other than 100-continue is answered 417") {
  CHECK(status_of(kPost + "Expect: a-miracle\r\n\r\n") == 417);
  CHECK(parse(kPost + "Expect: 100-Continue\r\n\r\n").expects_continue);
}
