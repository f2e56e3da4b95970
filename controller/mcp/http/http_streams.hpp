// HttpStreams: replies that go on for hours, many of them on one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/http/http_client.hpp"

namespace toolhive::mcp {

struct StreamLimits {
  Duration connect = std::chrono::seconds(5);   // for each address of a name
  Duration opening = std::chrono::seconds(20);  // from connecting until the stream counts as open
  // without a byte; one that ends without a word, as connections do whose peer is gone, is noticed
  // by that
  Duration idle = std::chrono::minutes(10);
  Duration total = std::chrono::hours(1);
  // bytes of a reply's header, and of what is read at one time
  std::size_t head = 16U << 10;
};

enum class StreamState { Opening, Open, Enough };

using StreamId = std::uint64_t;

// Takes a piece of the body of a stream's reply; with no bytes once its head is there. What the
// stream is from then on: Enough ends it. An error ends it, too.
using StreamSink = std::function<StatusOr<StreamState>(StreamId, const HttpHead&, std::string_view)>;
// Why a stream ended: EndOfStream when the reply did, or was enough; Timeout names which time was
// over; Cancelled by close(); otherwise as HttpClient::send(), or what the sink said.
using StreamEnd = std::function<void(const Status&)>;

// The bytes of a reply have no bound: a sink counts them. Thread-safe. Sinks and ends are called on
// the thread of this object, so they must not block, and not destroy it; they may call its members
// but open().
class HttpStreams {
 public:
  using Id = StreamId;

  struct Request {
    HttpRequest request;
    std::optional<HttpRequest> farewell;  // sent to the same place when the stream has ended
  };

  // Within a second of it is noticed, by `clock`, that a time is over.
  explicit HttpStreams(Clock& clock);
  // Ends all streams, without telling and without farewell.
  ~HttpStreams();

  // Resolves the name of the URL, as HttpClient::send() would, on the calling thread; all else
  // happens on the other one, and `end` is called once, at the latest when a time is over. An error
  // is one of resolving, or Invalid for a header that cannot be sent; then nothing is called.
  StatusOr<Id> open(const Context& ctx, const HttpClient& http, Request request, const StreamLimits& limits,
                    StreamSink sink, StreamEnd end);
  // Sends something else to the same place, whose reply does not matter. One at a time for a
  // stream: while another is under way it is dropped.
  void send(Id id, HttpRequest request);
  // Calls under way for the stream may end after this.
  void close(Id id);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::mcp
