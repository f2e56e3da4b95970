// Streams of changes: whatever the pieces in which one comes, the same is heard of it, and no more
// than its bounds let pass.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/mcp/client/change_reader.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive;

namespace {

constexpr int kMostMessages = 8;

struct Heard {
  int listening = 0;
  int changed = 0;
  int asked = 0;
  Code end = Code::Ok;
  bool operator==(const Heard&) const = default;
};

Heard hear(const mcp::HttpHead& head, std::optional<std::int64_t> id, std::string_view text,
           std::size_t size) {
  mcp::ListenLimits limits;
  limits.event = 256;
  limits.messages_per_minute = kMostMessages;
  Heard heard;
  mcp::ChangeReader reader(id, limits,
                           {[&] { ++heard.listening; }, [&] { ++heard.changed; },
                            [&](const mcp::RpcMessage& request) {
                              fuzz::require(request.kind == mcp::RpcMessage::Kind::Request);
                              ++heard.asked;
                            }});
  StatusOr<mcp::StreamState> state = reader.take(head, {}, TimePoint{});
  for (std::size_t at = 0; at < text.size() && state.ok() && *state != mcp::StreamState::Enough; at += size)
    state = reader.take(head, text.substr(at, size), TimePoint{});
  heard.end = reader.finish(state.ok() ? Status(Code::EndOfStream, "") : state.status()).code();
  fuzz::require(heard.end != Code::Ok);
  fuzz::require(heard.listening <= 1);
  fuzz::require(heard.changed + heard.asked <= kMostMessages);
  fuzz::require(heard.changed == 0 || heard.listening == 1);
  return heard;
}

}  // namespace

// The first byte chooses the era and the kind of reply.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::optional<std::int64_t> id = (data[0] & 1) == 0 ? std::optional<std::int64_t>(1) : std::nullopt;
  mcp::HttpHead head{(data[0] & 4) == 0 ? 200 : 404, {}};
  head.headers["content-type"] = (data[0] & 2) == 0 ? "text/event-stream" : "application/json";
  fuzz::require(hear(head, id, text, size) == hear(head, id, text, 1));
  return 0;
}
