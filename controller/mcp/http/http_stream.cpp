#include "controller/mcp/http/http_stream.hpp"

#include <openssl/err.h>

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>
#include <exception>
#include <limits>
#include <string>
#include <utility>

#include "controller/mcp/http/http_message.hpp"

namespace toolhive::mcp {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

HttpLimits limits_of_head(const StreamLimits& limits) {
  HttpLimits http;
  http.head = limits.head;
  return http;
}

}  // namespace

HttpStream::HttpStream(StreamId id, asio::io_context& io, Clock& clock, StreamPeer peer,
                       const HttpRequest& request, const StreamLimits& limits, StreamSink sink, StreamEnd end)
    : id_(id),
      clock_(clock),
      peer_(std::move(peer)),
      url_(request.url),
      limits_(limits),
      http_limits_(limits_of_head(limits)),
      sink_(std::move(sink)),
      end_(std::move(end)),
      message_(to_message(request)),
      plain_(io),
      buffer_(limits.head),
      began_(clock.now()),
      heard_(began_) {}

template <class Use>
void HttpStream::with_stream(Use use) {
  if (encrypted_) {
    use(*encrypted_);
  } else {
    use(plain_);
  }
}

template <class Next>
auto HttpStream::then(const char* step, Next next) {
  return [self = shared_from_this(), step, next](error_code failed, auto&&...) {
    if (!self->end_) return;
    if (failed) return self->end(http_failure(step, failed, self->http_limits_));
    next(*self);
  };
}

void HttpStream::start() {
  connect(0);
}

void HttpStream::connect(std::size_t index) {
  connect_by_ = clock_.now() + limits_.connect;
  plain_.async_connect(peer_.endpoints[index], [self = shared_from_this(), index](error_code failed) {
    if (!self->end_) return;
    const bool late = std::exchange(self->connect_by_, TimePoint::max()) == TimePoint::min();
    if (!failed) return self->shake_hands();
    if (index + 1 == self->peer_.endpoints.size())
      return self->end(late ? Status(Code::Timeout, "connecting: not done in time")
                            : http_failure("connecting", failed, self->http_limits_));
    self->plain_.close();
    self->connect(index + 1);
  });
}

void HttpStream::shake_hands() {
  if (!url_.tls) return write();
  encrypted_.emplace(plain_, peer_.trust->context());
  Trust::expect(encrypted_->native_handle(), url_.host);
  encrypted_->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](error_code failed) {
    ERR_clear_error();
    if (!self->end_) return;
    if (!failed) return self->write();
    const std::string refusal = Trust::refusal(self->encrypted_->native_handle());
    self->end(refusal.empty() ? http_failure("TLS", failed, self->http_limits_)
                              : Status(Code::Unavailable,
                                       "TLS: " + refusal +
                                           "; give the authority that signed it, and the name it is for"));
  });
}

void HttpStream::write() {
  with_stream([this](auto& stream) {
    http::async_write(stream, message_, [self = shared_from_this()](error_code, std::size_t) {
      // A server that has read enough may answer and close: its answer says why.
      if (self->end_) self->read_head(0);
    });
  });
}

void HttpStream::read_head(int interim) {
  if (interim == kMostInterimReplies)
    return end({Code::Decode, "reading the reply: it has too many interim replies (1xx)"});
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.head));
  // No limit as such: Boost 1.74 takes boost::none for less than any Content-Length.
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  with_stream([&](auto& stream) {
    http::async_read_header(stream, buffer_, *parser_, then("reading the reply", [interim](HttpStream& self) {
                              if (is_interim(self.parser_->get())) return self.read_head(interim + 1);
                              self.head_ = to_head(self.parser_->get());
                              self.take({});
                            }));
  });
}

void HttpStream::read_body() {
  auto& body = parser_->get().body();
  body.data = piece_.data();
  body.size = piece_.size();
  with_stream([this](auto& stream) {
    http::async_read_some(
        stream, buffer_, *parser_, [self = shared_from_this()](error_code failed, std::size_t) {
          if (!self->end_) return;
          if (failed && failed != http::error::need_buffer)
            return self->end(http_failure("reading the stream", failed, self->http_limits_));
          const std::size_t rest = self->parser_->get().body().size;
          self->take(std::string_view(self->piece_.data(), self->piece_.size() - rest));
        });
  });
}

void HttpStream::take(std::string_view bytes) {
  heard_ = clock_.now();
  StatusOr<StreamState> state = StreamState::Opening;
  try {
    state = sink_(id_, head_, bytes);
  } catch (const std::exception& cause) {
    state = Status(Code::Internal, std::string("reading the stream: ") + cause.what());
  }
  if (!end_) return;
  if (!state.ok()) return end(state.status());
  state_ = *state;
  if (state_ == StreamState::Enough || parser_->is_done())
    return end({Code::EndOfStream, "the server ended the stream"});
  judge();
  if (end_) read_body();
}

Status HttpStream::check_times() const {
  const TimePoint now = clock_.now();
  if (state_ == StreamState::Opening && now >= began_ + limits_.opening)
    return {Code::Timeout,
            head_.status == 0 ? "reading the reply: not done in time" : "the stream did not begin in time"};
  if (now >= heard_ + limits_.idle)
    return {Code::Timeout, "the stream was silent for too long, as if nobody were there"};
  if (now >= began_ + limits_.total) return {Code::Timeout, "the stream has lasted as long as one may"};
  return {};
}

void HttpStream::judge() {
  if (!end_) return;
  if (Status times = check_times(); !times.ok()) return end(times);
  if (clock_.now() < connect_by_ || connect_by_ == TimePoint::min()) return;
  connect_by_ = TimePoint::min();  // for the handler, which goes on with the next address
  plain_.close();
}

void HttpStream::end(const Status& why) {
  if (!end_) return;
  const StreamEnd told = std::exchange(end_, nullptr);
  plain_.close();
  told(why);
}

}  // namespace toolhive::mcp
