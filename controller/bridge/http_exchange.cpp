#include "controller/bridge/http_exchange.hpp"

#include <utility>

#include "controller/bridge/http_reply.hpp"
#include "controller/bridge/message_text.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::bridge {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream";

unsigned status_of(std::string_view error_code) {
  const auto is = [&](int code) { return error_code == std::to_string(code); };
  if (is(mcp::kMethodNotFound)) return 404;
  return is(mcp::kHeaderMismatch) || is(mcp::kMissingClientCapability) || is(mcp::kUnsupportedVersion) ? 400
                                                                                                       : 200;
}

}  // namespace

HttpExchange::HttpExchange(http::Responder responder, std::string id, bool modern,
                           HttpExchangeOptions options,
                           std::function<void(std::shared_ptr<const Exchange>)> gone)
    : responder_(std::move(responder)),
      id_(std::move(id)),
      modern_(modern),
      options_(options),
      gone_(std::move(gone)) {}

void HttpExchange::send(const std::string& text) {
  open_stream();
  stream_->send(text);
  last_tick_.reset();
}

void HttpExchange::answer(const Message& message) {
  end(modern_ && message.has(Part::Error) ? status_of(message.raw(Part::ErrorCode)) : 200, message.text());
}

void HttpExchange::accept() {
  end(202, {});
}

void HttpExchange::refuse(unsigned http_status, std::int64_t code, std::string_view why,
                          std::string_view data) {
  end(http_status, error_text(id_, code, why, data));
}

void HttpExchange::end(unsigned status, const std::string& text) {
  if (!stream_) return reply(status, text);
  if (!text.empty()) stream_->send(text);
  stream_->finish();
}

void HttpExchange::reply(unsigned status, const std::string& text) {
  if (!responder_) return;
  http::Reply reply = http_reply(status, kJson, text);
  if (!session_id_.empty()) reply.headers.emplace_back("Mcp-Session-Id", session_id_);
  if (status == 503 || status == 429) reply.headers.emplace_back("Retry-After", "1");
  responder_->reply(std::move(reply));
  responder_.reset();
}

void HttpExchange::open_stream() {
  if (stream_ || !responder_) return;
  stream_ = std::make_shared<SseStream>(options_.most_stream_bytes);
  http::Reply reply;
  reply.headers.emplace_back("Content-Type", kEvents);
  reply.headers.emplace_back("Cache-Control", "no-cache");
  reply.headers.emplace_back("X-Accel-Buffering", "no");
  if (!session_id_.empty()) reply.headers.emplace_back("Mcp-Session-Id", session_id_);
  reply.source = stream_;
  reply.ends_with_client = true;
  reply.written = [self = shared_from_this()](bool complete) {
    if (!complete) self->gone_(self);
  };
  responder_->reply(std::move(reply));
  responder_.reset();
}

void HttpExchange::tick(TimePoint now) {
  if (!last_tick_) last_tick_ = now;
  if (now - *last_tick_ < (stream_ ? options_.keep_alive : options_.patience)) return;
  last_tick_ = now;
  if (stream_) return stream_->keep_alive();
  open_stream();
}

}  // namespace toolhive::bridge
