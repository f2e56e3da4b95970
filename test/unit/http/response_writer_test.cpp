#include "controller/http/response_writer.hpp"

#include "controller/http/reply.hpp"

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace toolhive;

namespace {

using http::BodySource;
using http::ResponseWriter;
using WriterStep = ResponseWriter::Step;

// Takes `room` bytes at once, and keeps what it is given.
class FakeStream final : public http::Stream {
 public:
  std::size_t write_now(const Output& output, Error& error) override {
    ++writes;
    if (broken) error = boost::asio::error::broken_pipe;
    if (!broken && room == 0) error = boost::asio::error::would_block;
    if (error) return 0;
    const std::size_t count = std::min(room, output[0].size() + output[1].size());
    take(output, count);
    room -= count;
    return count;
  }
  // As an asynchronous write of `count` bytes does.
  void take(const Output& output, std::size_t count) {
    for (const auto& block : output) {
      const std::size_t part = std::min(count, block.size());
      bytes.append(static_cast<const char*>(block.data()), part);
      count -= part;
    }
  }

  void handshake(std::shared_ptr<http::Connection>) override {}
  void read(boost::asio::mutable_buffer, std::shared_ptr<http::Connection>) override {}
  void read_raw(boost::asio::mutable_buffer, std::shared_ptr<http::Connection>) override {}
  void write(const Output&, std::shared_ptr<http::Connection>) override {}
  void shutdown(std::shared_ptr<http::Connection>) override {}
  void close() override {}
  bool gathers() const override { return gathering; }
  bool has_trusted_client() const override { return false; }

  std::string bytes;
  std::size_t room = SIZE_MAX;
  int writes = 0;
  bool broken = false;
  bool gathering = true;
};

// Hands out one block after the other; an empty one stands for what has not come yet.
class FakeSource final : public BodySource {
 public:
  explicit FakeSource(std::deque<std::string> given) : blocks(std::move(given)) {}

  State next(std::size_t limit, std::string_view& bytes) override {
    if (broken) return State::Broken;
    if (blocks.empty()) return State::End;
    current = blocks.front().substr(0, limit);
    blocks.pop_front();
    if (current.empty()) return State::Later;
    bytes = current;
    held = true;
    return State::Bytes;
  }
  void wait(std::function<void()> ready) override { waiting = std::move(ready); }
  void release() override { held = false; }
  void abandon() override { abandoned = true; }

  std::deque<std::string> blocks;
  std::string current;
  std::function<void()> waiting;
  bool held = false;
  bool broken = false;
  bool abandoned = false;
};

http::ResponseFacts writer_facts(unsigned version = 11, bool head = false) {
  return {.version = version, .head = head, .keep_alive = true, .date_line = "Date: now\r\n"};
}

http::Reply ready(std::string body) {
  http::Reply reply;
  reply.content_type = "text/plain";
  reply.body = std::make_shared<const std::string>(std::move(body));
  return reply;
}

http::Reply streamed(std::shared_ptr<FakeSource> source, const std::string& length = {}) {
  http::Reply reply;
  if (!length.empty()) reply.headers = {{"Content-Length", length}};
  reply.source = std::move(source);
  return reply;
}

const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a reply whose bytes are ready goes out in one piece, head and body") {
  FakeStream stream;
  ResponseWriter writer;
  writer.begin(ready("hello"), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.writes == 1);
  CHECK(stream.bytes ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: now\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(writer.status() == 200);
  CHECK(writer.body_written() == 5);
  CHECK_FALSE(writer.closes());
}

TEST_CASE("HEAD and 204 are written without the body that the handler gave") {
  FakeStream stream;
  ResponseWriter writer;
  writer.begin(ready("hello"), writer_facts(11, true));
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes.ends_with("Content-Length: 5\r\n\r\n"));
  CHECK(writer.body_written() == 0);
  writer.finish(true);
  stream.bytes.clear();
  http::Reply reply = ready("hello");
  reply.status = 204;
  writer.begin(std::move(reply), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes == "HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\nDate: now\r\n\r\n");
}

TEST_CASE("what a stream does not take at once is offered again from where it stopped") {
  FakeStream stream;
  stream.room = 10;
  ResponseWriter writer;
  writer.begin(ready(std::string(100, 'x')), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Blocked);
  while (stream.bytes.size() < 50) {
    stream.take(writer.output(), 1);
    writer.written(1);
    CHECK(writer.write(stream) == WriterStep::Blocked);
  }
  stream.room = SIZE_MAX;
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes.ends_with("\r\n\r\n" + std::string(100, 'x')));
}

TEST_CASE("a client makes progress with each 64 KiB that it takes, and with each block") {
  FakeStream stream;
  stream.room = 0;
  ResponseWriter writer;
  writer.begin(ready(std::string(200'000, 'x')), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Blocked);
  CHECK_FALSE(writer.take_progress());
  writer.written(60'000);
  CHECK_FALSE(writer.take_progress());
  writer.written(6'000);
  CHECK(writer.take_progress());
  CHECK_FALSE(writer.take_progress());
  writer.finish(false);

  const auto source = std::make_shared<FakeSource>(std::deque<std::string>{"one", "two"});
  stream.room = (kChunkedHead + "3\r\none").size();
  writer.begin(streamed(source), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Blocked);
  CHECK(writer.take_progress());
}

TEST_CASE("a body of unknown length is written in chunks, block by block") {
  FakeStream stream;
  const auto source = std::make_shared<FakeSource>(std::deque<std::string>{"hello", "0123456789abcdef"});
  ResponseWriter writer;
  writer.begin(streamed(source), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes == kChunkedHead + "5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
  CHECK(writer.body_written() == 21);
  CHECK_FALSE(source->held);
  writer.finish(true);
  CHECK_FALSE(source->abandoned);
}

TEST_CASE("what is there is written before a source is waited for") {
  FakeStream stream;
  const auto source = std::make_shared<FakeSource>(std::deque<std::string>{"", "first", "", "second"});
  ResponseWriter writer;
  writer.begin(streamed(source), writer_facts());
  source->blocks.push_front("");  // asked twice: with the head to write, and without
  CHECK(writer.write(stream) == WriterStep::Waiting);
  CHECK(stream.bytes == kChunkedHead);
  bool called = false;
  writer.wait([&] { called = true; });
  source->waiting();
  CHECK(called);
  source->blocks = {"first", "", ""};
  CHECK(writer.write(stream) == WriterStep::Waiting);
  CHECK(stream.bytes == kChunkedHead + "5\r\nfirst\r\n");
  source->blocks = {"second"};
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes == kChunkedHead + "5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n");
}

TEST_CASE("an HTTP/1.0 client gets a body of unknown length as it is, and then the end") {
  FakeStream stream;
  const auto source = std::make_shared<FakeSource>(std::deque<std::string>{"hello", " world"});
  ResponseWriter writer;
  writer.begin(streamed(source), writer_facts(10));
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes.ends_with("\r\n\r\nhello world"));
  CHECK(writer.closes());
}

TEST_CASE("a body of announced length ends there, and is broken when it is shorter") {
  FakeStream stream;
  const auto longer = std::make_shared<FakeSource>(std::deque<std::string>{"hello", "too much"});
  ResponseWriter writer;
  writer.begin(streamed(longer, "7"), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes.ends_with("Content-Length: 7\r\n\r\nhelloto"));
  writer.finish(true);
  const auto shorter = std::make_shared<FakeSource>(std::deque<std::string>{"short"});
  writer.begin(streamed(shorter, "7"), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Broken);
  writer.finish(false);
  CHECK(shorter->abandoned);
}

TEST_CASE("a stream or a source that fails is told apart from one that is slow") {
  FakeStream stream;
  const auto source = std::make_shared<FakeSource>(std::deque<std::string>{"hello"});
  source->broken = true;
  ResponseWriter writer;
  writer.begin(streamed(source), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Broken);
  writer.finish(false);
  stream.broken = true;
  writer.begin(ready("hello"), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Broken);
}

TEST_CASE("small blocks travel with their frame where a stream does not gather") {
  FakeStream stream;
  stream.gathering = false;
  stream.room = 0;
  ResponseWriter writer;
  writer.begin(ready("hello"), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Blocked);
  CHECK(writer.output()[1].size() == 0);
  writer.finish(false);
  writer.begin(ready(std::string(100'000, 'x')), writer_facts());
  CHECK(writer.write(stream) == WriterStep::Blocked);
  CHECK(writer.output()[1].size() == 100'000);
}

TEST_CASE("the transport's own answers have the form of errors, and 100 comes before the answer") {
  FakeStream stream;
  ResponseWriter writer;
  writer.begin_continue();
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes == "HTTP/1.1 100 Continue\r\n\r\n");
  stream.bytes.clear();
  http::ResponseFacts known = writer_facts();
  known.keep_alive = false;
  writer.begin({503, "not used here", "Retry-After: 1\r\n"}, {"text/plain", "busy"}, known);
  CHECK(writer.write(stream) == WriterStep::Complete);
  CHECK(stream.bytes ==
        "HTTP/1.1 503 Service Unavailable\r\nDate: now\r\nRetry-After: 1\r\nContent-Type: text/plain\r\n"
        "Content-Length: 4\r\nConnection: close\r\n\r\nbusy");
  CHECK(writer.status() == 503);
  CHECK(writer.body_written() == 4);
  CHECK(writer.closes());
}
