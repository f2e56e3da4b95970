// ChangeReader: hears, in the bytes of a reply that goes on, that a server's tools have changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/listen_limits.hpp"
#include "controller/mcp/client/options.hpp"
#include "controller/mcp/client/reply_reader.hpp"
#include "controller/mcp/http/http_streams.hpp"
#include "controller/mcp/message/json_rpc.hpp"
#include "controller/mcp/message/sse_parser.hpp"

namespace toolhive::mcp {

// Knows the streams of both eras: the answer to `subscriptions/listen` (2026-07-28,
// "Subscriptions") and the stream that a legacy session gets (2025-11-25, "Listening for Messages
// from the Server"). Not thread-safe; reads no clock, so that its tests tell it the time.
class ChangeReader {
 public:
  struct Events {
    std::function<void()> listening;  // once: from now on the server tells
    std::function<void()> changed;
    std::function<void(const RpcMessage&)> asked;  // a request of a legacy server
  };

  // `id` is that of the request `subscriptions/listen`; absent: the stream is a legacy session's.
  ChangeReader(std::optional<std::int64_t> id, const ListenLimits& limits, Events events);

  // As a StreamSink, at the time `now`. Errors: what finish() makes of them is told.
  StatusOr<StreamState> take(const HttpHead& head, std::string_view bytes, TimePoint now);
  // What it means that the stream ended with `why`. EndOfStream: the server closed it in order;
  // NotFound with the reason kNotOffered: it does not tell of changes; TooManyRequests with the
  // reason kFlooding; Decode for what is no such stream, TooLarge; Unauthorized, Forbidden, Invalid
  // and others as failure_of() has them; otherwise `why`. The message names the step.
  Status finish(const Status& why);

 private:
  Status count(std::size_t bytes, TimePoint now);
  StatusOr<bool> take_event(const SseEvent& event);
  StatusOr<bool> take_answer(const RpcMessage& message);
  StatusOr<bool> take_notification(const RpcMessage& message);
  StatusOr<bool> take_acknowledgement(const Json& params);
  void begin();
  Status judge_reply();

  const std::optional<std::int64_t> id_;
  const ListenLimits limits_;
  const Limits reply_limits_;  // of a reply that is no stream
  const Events events_;
  SseParser stream_;
  ReplyReader reply_;
  std::optional<HttpHead> head_;
  bool is_stream_ = false;
  bool listening_ = false;
  bool closed_ = false;  // in order, by the server
  TimePoint minute_{};   // when what is counted began
  int messages_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace toolhive::mcp
