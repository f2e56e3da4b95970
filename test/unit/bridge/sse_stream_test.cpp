#include "controller/bridge/sse_stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace toolhive;

using State = http::BodySource::State;

TEST_CASE("messages become events, and a stream that ends says so after the last") {
  bridge::SseStream stream(1000);
  std::string_view bytes;
  CHECK(stream.next(100, bytes) == State::Later);
  int called = 0;
  stream.wait([&] { ++called; });
  stream.send("{}");
  CHECK(called == 1);
  stream.finish();
  std::string got;
  while (stream.next(7, bytes) == State::Bytes) {
    got += bytes;
    stream.release();
  }
  CHECK(got == "event: message\ndata: {}\n\n");
  CHECK(stream.next(100, bytes) == State::End);
}

TEST_CASE("whoever waits for what is there already is called at once") {
  bridge::SseStream stream(1000);
  stream.keep_alive();
  int called = 0;
  stream.wait([&] { ++called; });
  CHECK(called == 1);
}

TEST_CASE("a reader that is too slow loses the stream") {
  bridge::SseStream stream(100);
  std::string_view bytes;
  stream.send(std::string(90, 'x'));
  stream.send(std::string(90, 'x'));
  CHECK(stream.next(1000, bytes) == State::Broken);
}

TEST_CASE("a stream that nobody reads holds nothing") {
  bridge::SseStream stream(100);
  stream.abandon();
  std::string_view bytes;
  stream.send("{}");
  CHECK(stream.next(1000, bytes) == State::Broken);
}
