// HttpStream: one request and its long reply, without a thread of its own. Internal: includes
// Boost.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "controller/mcp/http/http_streams.hpp"
#include "controller/mcp/http/trust.hpp"

namespace toolhive::mcp {

// Where a request goes and what is expected there.
struct StreamPeer {
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;
  std::shared_ptr<const Trust> trust;
};

// Each step starts the next one; what comes after the end is dropped. Of the thread that runs `io`.
class HttpStream : public std::enable_shared_from_this<HttpStream> {
 public:
  HttpStream(StreamId id, boost::asio::io_context& io, Clock& clock, StreamPeer peer,
             const HttpRequest& request, const StreamLimits& limits, StreamSink sink, StreamEnd end);

  void start();
  // Ends the stream if one of its times is over.
  void judge();
  void end(const Status& why);

  const StreamPeer& peer() const { return peer_; }

 private:
  template <class Use>
  void with_stream(Use use);
  // A handler that goes on with `next` unless the step failed or the stream has ended.
  template <class Next>
  auto then(const char* step, Next next);

  void connect(std::size_t index);
  void shake_hands();
  void write();
  void read_head(int interim);
  void read_body();
  void take(std::string_view bytes);
  Status check_times() const;

  const StreamId id_;
  Clock& clock_;
  const StreamPeer peer_;
  const Url url_;
  const StreamLimits limits_;
  const HttpLimits http_limits_;  // for messages
  const StreamSink sink_;
  StreamEnd end_;  // null once it was called
  boost::beast::http::request<boost::beast::http::string_body> message_;
  boost::beast::tcp_stream plain_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> encrypted_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::buffer_body>> parser_;
  std::array<char, 4U << 10> piece_;
  HttpHead head_;
  StreamState state_ = StreamState::Opening;
  TimePoint connect_by_ = TimePoint::max();  // of the address that is tried; the minimum: given up
  const TimePoint began_;
  TimePoint heard_;  // when the last byte came
};

}  // namespace toolhive::mcp
