// ReplyReader: finds the answer to a request in the bytes of an HTTP reply, a document or a stream
// of events.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"
#include "controller/mcp/client/answer.hpp"
#include "controller/mcp/client/options.hpp"
#include "controller/mcp/http/http_client.hpp"
#include "controller/mcp/message/json_rpc.hpp"
#include "controller/mcp/message/sse_parser.hpp"

namespace toolhive::mcp {

// Whether the body is a stream of events.
bool is_event_stream(const HttpHead& head);
// Decode when the body is encoded, for which this client never asks.
Status check_encoding(const HttpHead& head);

// Not thread-safe. Errors: Decode for what is no answer of MCP, an answer to another request and a
// batch; TooLarge.
class ReplyReader {
 public:
  // Called for each request that the server makes on a stream, before the stream is read on.
  using OnRequest = std::function<void(const RpcMessage&)>;

  ReplyReader(std::int64_t id, const Limits& limits, OnRequest on_request);

  // A BodySink: wants no more once the answer is there.
  StatusOr<bool> take(const HttpHead& head, std::string_view bytes);
  // What the reply was, when it has ended. Without a message when it is no success, or a stream
  // that ended before the answer.
  StatusOr<Answer> finish(const HttpHead& head);

  // The stream goes on with the next reply.
  void reconnect() { stream_.restart(); }
  // Where to go on with a stream that ended before the answer; empty when it cannot go on.
  const std::string& last_event_id() const { return stream_.last_event_id(); }
  // How long the server asks to wait before that.
  std::optional<std::chrono::milliseconds> retry() const { return stream_.retry(); }

 private:
  StatusOr<bool> take_event(const SseEvent& event);
  StatusOr<bool> take_excerpt(std::string_view bytes);
  Status keep(StatusOr<RpcMessage> message, std::size_t bytes);

  const std::int64_t id_;
  const Limits& limits_;
  const OnRequest on_request_;
  SseParser stream_;
  std::string body_;
  std::optional<RpcMessage> message_;
  std::size_t bytes_ = 0;
  int requests_ = 0;
};

}  // namespace toolhive::mcp
