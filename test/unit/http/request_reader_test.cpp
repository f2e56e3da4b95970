#include "controller/http/request_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

using namespace toolhive;

namespace {

using http::RequestReader;
using ReaderStep = RequestReader::Step;

// Gives `bytes` to the reader as reads of a socket do.
void receive(RequestReader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = reader.prepare();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), count);
    reader.commit(count);
    bytes.remove_prefix(count);
  }
}

struct Reading {
  explicit Reading(http::Options given = {}, std::uint64_t budget_bytes = 1'000'000)
      : options(std::move(given)), budget(budget_bytes), reader(options, budget) {}

  // The step that a whole request, or its refusal, ends with.
  ReaderStep read(std::string_view bytes) {
    receive(reader, bytes);
    const ReaderStep step = reader.parse();
    return step == ReaderStep::HeaderDone ? reader.parse() : step;
  }

  http::Options options;
  http::BodyBudget budget;
  RequestReader reader;
};

std::string body_of(const http::Request& request) {
  return {request.body.begin(), request.body.end()};
}

const std::string kPostLines = "POST /a HTTP/1.1\r\nHost: a\r\n";

}  // namespace

TEST_CASE("requests are read out of one stream of bytes, one after the other") {
  Reading reading;
  CHECK(reading.reader.empty());
  CHECK(reading.read(kPostLines + "Content-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: b\r\n\r\n") ==
        ReaderStep::Complete);
  http::Request first = reading.reader.take("192.0.2.1");
  CHECK(first.method == "POST");
  CHECK(first.target == "/a");
  CHECK(*first.headers.find("content-length") == "5");
  CHECK(body_of(first) == "hello");
  CHECK(first.remote_address == "192.0.2.1");
  // What answers and logs are about is still known.
  CHECK(reading.reader.request().method == "POST");
  CHECK(reading.reader.request().target == "/a");

  reading.reader.next();
  CHECK_FALSE(reading.reader.empty());
  CHECK(reading.read({}) == ReaderStep::Complete);
  CHECK(reading.reader.take("192.0.2.1").target == "/b");
  CHECK(reading.reader.empty());
}

TEST_CASE("a request is decided on when its header is complete, before its body") {
  http::Options options;
  options.body_limit = [](std::string_view method, std::string_view target) -> std::uint64_t {
    return method == "POST" && target == "/a" ? 5 : 0;
  };
  Reading fits(options);
  receive(fits.reader, kPostLines + "Content-Length: 5\r\n\r\n");
  CHECK(fits.reader.parse() == ReaderStep::HeaderDone);
  CHECK(fits.reader.expects_body());
  CHECK(fits.reader.parse() == ReaderStep::NeedMore);

  Reading large(options);
  receive(large.reader, kPostLines + "Content-Length: 6\r\n\r\n");
  CHECK(large.reader.parse() == ReaderStep::Refused);
  CHECK(large.reader.refusal().status == 413);

  Reading trace;
  CHECK(trace.read("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n") == ReaderStep::Refused);
  CHECK(trace.reader.refusal().status == 405);
  CHECK(trace.reader.refusal().lines.rfind("Allow: ", 0) == 0);

  Reading dots;
  CHECK(dots.read("GET /../a HTTP/1.1\r\nHost: a\r\n\r\n") == ReaderStep::Refused);
  CHECK(dots.reader.refusal().status == 400);

  Reading nonsense;
  CHECK(nonsense.read("nonsense\r\n\r\n") == ReaderStep::Refused);
  CHECK(nonsense.reader.refusal().status == 400);
}

TEST_CASE("the host of an absolute target replaces the Host field") {
  Reading reading;
  CHECK(reading.read("GET http://other:80/a?b HTTP/1.1\r\nHost: a\r\n\r\n") == ReaderStep::Complete);
  const http::Request request = reading.reader.take("192.0.2.1");
  CHECK(request.target == "/a?b");
  CHECK(*request.headers.find("Host") == "other:80");
}

TEST_CASE("a client awaits a 100 only as long as it has sent nothing of the body") {
  const std::string header = kPostLines + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  Reading waits;
  receive(waits.reader, header);
  CHECK(waits.reader.parse() == ReaderStep::HeaderDone);
  CHECK(waits.reader.awaits_continue());
  Reading sends;
  receive(sends.reader, header + "he");
  CHECK(sends.reader.parse() == ReaderStep::HeaderDone);
  CHECK_FALSE(sends.reader.awaits_continue());
}

TEST_CASE("what is kept of bodies is counted, and given back with the request or the reader") {
  Reading reading({}, 10);
  CHECK(reading.read(kPostLines + "Content-Length: 10\r\n\r\n0123456789") == ReaderStep::Complete);
  CHECK_FALSE(reading.budget.reserve(1));
  const http::Request request = reading.reader.take("192.0.2.1");
  CHECK_FALSE(reading.budget.reserve(1));  // the handler has it now
  reading.reader.next();
  CHECK(reading.budget.reserve(10));
  reading.budget.release(10);
  {
    RequestReader broken_off(reading.options, reading.budget);
    receive(broken_off, kPostLines + "Content-Length: 10\r\n\r\n01234");
    CHECK(broken_off.parse() == ReaderStep::HeaderDone);
    CHECK(broken_off.parse() == ReaderStep::NeedMore);
    CHECK_FALSE(reading.budget.reserve(6));
  }
  CHECK(reading.budget.reserve(10));
  CHECK(reading.read(kPostLines + "Content-Length: 1\r\n\r\nx") == ReaderStep::Refused);
  CHECK(reading.reader.refusal().status == 503);
  CHECK(reading.reader.refusal().lines.rfind("Retry-After: ", 0) == 0);
}

TEST_CASE("a request is a client's last when it says so, is complete, and nothing follows") {
  const std::string last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  Reading reading;
  CHECK_FALSE(reading.reader.was_last());
  receive(reading.reader, last);
  CHECK(reading.reader.parse() == ReaderStep::HeaderDone);
  CHECK_FALSE(reading.reader.was_last());
  CHECK(reading.reader.parse() == ReaderStep::Complete);
  CHECK(reading.reader.was_last());

  Reading followed;
  CHECK(followed.read(last + "x") == ReaderStep::Complete);
  CHECK_FALSE(followed.reader.was_last());

  Reading kept;
  CHECK(kept.read("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == ReaderStep::Complete);
  CHECK_FALSE(kept.reader.was_last());
}

TEST_CASE("no more than a MiB is thrown away for a client that does not stop to send") {
  Reading reading;
  CHECK(reading.reader.prepare_discard().size() > 0);
  CHECK(reading.reader.discard(1024 * 1024));
  CHECK_FALSE(reading.reader.discard(1));
}
