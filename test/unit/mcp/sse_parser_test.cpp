#include "controller/mcp/message/sse_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace toolhive;
using mcp::SseEvent;
using mcp::SseParser;

namespace {

// "type|data" of each event of `text`, given in pieces of `size` bytes.
std::vector<std::string> events_of(SseParser& parser, std::string_view text, std::size_t size) {
  std::vector<std::string> events;
  for (std::size_t at = 0; at < text.size(); at += size) {
    const StatusOr<bool> more =
        parser.push(text.substr(at, size), [&](const SseEvent& event) -> StatusOr<bool> {
          events.push_back(event.type + "|" + event.data);
          return true;
        });
    CHECK(more.ok());
  }
  return events;
}

std::vector<std::string> events_of(std::string_view text, std::size_t size = 1000) {
  SseParser parser(1000);
  return events_of(parser, text, size);
}

using Events = std::vector<std::string>;

TEST_CASE("a stream gives the same events in pieces of any size and with any ends of lines") {
  const Events expected = {"message|one", "ping|two\nthree", "message| four"};
  for (const char* end : {"\n", "\r", "\r\n"}) {
    std::string text = "\xEF\xBB\xBF";
    for (const char* line : {"data: one", "", ": kept alive", "event: ping", "data:two", "data: three", "",
                             "", "data:  four", ""})
      text.append(line).append(end);
    for (const std::size_t size : {1, 2, 3, 7, 1000}) CHECK(events_of(text, size) == expected);
  }
}

TEST_CASE("an event without data is none, and what no blank line ends is not there yet") {
  CHECK(events_of("event: ping\n\ndata: a\n\ndata: b\n") == Events{"message|a"});
  CHECK(events_of("data\n\n") == Events{"message|"});
  CHECK(events_of("data: \n\n") == Events{"message|"});
  CHECK(events_of("unknown: x\ndatas: y\n\n").empty());
}

TEST_CASE("the last event's id and the time to wait are remembered") {
  SseParser parser(1000);
  CHECK(parser.last_event_id().empty());
  CHECK_FALSE(parser.retry());
  events_of(parser, "id: 7\nretry: 500\ndata: \n\nid: 8\n", 1000);
  CHECK(parser.last_event_id() == "7");
  CHECK(parser.retry() == std::chrono::milliseconds(500));
  events_of(parser, std::string_view("retry: soon\nretry: -1\nretry:\nid: a\0b\n\n", 39), 1000);
  CHECK(parser.last_event_id() == "8");
  CHECK(parser.retry() == std::chrono::milliseconds(500));
}

TEST_CASE("a stream that goes on elsewhere begins anew, with what it was told before") {
  SseParser parser(1000);
  events_of(parser, "id: 7\nretry: 500\nevent: x\ndata: half\ndata: ha", 1000);
  parser.restart();
  CHECK(events_of(parser,
                  "\xEF\xBB\xBF"
                  "data: whole\n\n",
                  1000) == Events{"message|whole"});
  CHECK(parser.retry() == std::chrono::milliseconds(500));
}

TEST_CASE("an event, a line or an id that grows too long ends the stream") {
  const auto ignore = [](const SseEvent&) -> StatusOr<bool> { return true; };
  for (const std::string& piece : {std::string("xxxxxxxxxx"), std::string("data: xxxxxxxxxx\n")}) {
    SseParser parser(100);
    Status status;
    for (int i = 0; i < 20 && status.ok(); ++i) status = parser.push(piece, ignore).status();
    CHECK(status.code() == Code::TooLarge);
  }
  SseParser parser(10'000);
  CHECK(parser.push("id: " + std::string(1025, 'x') + "\n", ignore).status().code() == Code::TooLarge);
}

TEST_CASE("whoever reads the events ends them, with or without an error") {
  SseParser parser(1000);
  int seen = 0;
  const StatusOr<bool> enough = parser.push("data: 1\n\ndata: 2\n\n", [&](const SseEvent&) -> StatusOr<bool> {
    ++seen;
    return false;
  });
  REQUIRE(enough.ok());
  CHECK_FALSE(*enough);
  CHECK(seen == 1);
  const auto refuse = [](const SseEvent&) -> StatusOr<bool> { return Status(Code::Decode, "no"); };
  CHECK(parser.push("data: 3\n\n", refuse).status().code() == Code::Decode);
}

}  // namespace
