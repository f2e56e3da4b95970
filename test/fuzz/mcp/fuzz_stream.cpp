// Streams of events: whatever the pieces in which a stream comes, it has the same events, and none
// is longer than its limit.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/mcp/message/sse_parser.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive;

namespace {

constexpr std::size_t kMostBytes = 256;

struct Outcome {
  std::vector<std::string> events;
  std::string last_event_id;
  Code end = Code::Ok;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view text, std::size_t size) {
  mcp::SseParser parser(kMostBytes);
  Outcome outcome;
  const auto keep = [&](const mcp::SseEvent& event) -> StatusOr<bool> {
    fuzz::require(event.data.size() <= kMostBytes);
    outcome.events.push_back(event.type + "|" + event.data);
    return true;
  };
  for (std::size_t at = 0; at < text.size() && outcome.end == Code::Ok; at += size)
    outcome.end = parser.push(text.substr(at, size), keep).status().code();
  outcome.last_event_id = parser.last_event_id();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::require(read(text, size + 1) == read(text, 1));
  return 0;
}
