#include "controller/mcp/http/http_exchange.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>
#include <stop_token>

#include "controller/mcp/http/http_message.hpp"

namespace toolhive::mcp {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

}  // namespace

HttpExchange::HttpExchange(const Context& ctx, const Trust& trust, const AddressPolicy& policy,
                           const HttpLimits& limits)
    : ctx_(ctx), trust_(trust), policy_(policy), limits_(limits), buffer_(limits.head) {}

template <class Start>
Status HttpExchange::await(const char* step, TimePoint limit, Start start) {
  // Shared with the operation, which may end after it was given up.
  const auto outcome = std::make_shared<std::optional<error_code>>();
  start([outcome](error_code failed) { *outcome = failed; });
  io_.restart();
  const std::stop_callback stop(ctx_.stop, [this] { io_.stop(); });
  // After the restart: a stop that came before it would be forgotten by it.
  if (!ctx_.stop.stop_requested()) io_.run_for(std::min(limit, ctx_.deadline) - ctx_.clock.now());
  if (ctx_.stop.stop_requested()) return {Code::Cancelled, std::string(step) + ": stopped by the caller"};
  if (!*outcome) return {Code::Timeout, std::string(step) + ": not done in time"};
  return **outcome ? http_failure(step, **outcome, limits_) : Status();
}

template <class Use>
void HttpExchange::with_stream(Use use) {
  if (encrypted_) {
    use(*encrypted_);
  } else {
    use(plain_);
  }
}

StatusOr<HttpHead> HttpExchange::run(const HttpRequest& request, const BodySink& sink) {
  const StatusOr<std::vector<Endpoint>> endpoints = resolve(request.url);
  if (!endpoints.ok()) return endpoints.status();
  if (Status connected = connect(*endpoints); !connected.ok()) return connected.as_not_sent();
  if (Status encrypted = shake_hands(request.url); !encrypted.ok()) return encrypted.as_not_sent();
  if (Status written = write(request); !written.ok()) return written;
  if (Status read = read_head(); !read.ok()) return read;
  HttpHead reply = to_head(parser_->get());
  if (Status read = read_body(reply, sink); !read.ok()) return read;
  return reply;
}

StatusOr<std::vector<HttpExchange::Endpoint>> HttpExchange::resolve(const Url& url) {
  const auto found = std::make_shared<asio::ip::tcp::resolver::results_type>();
  const Status resolved = await("resolving its name", TimePoint::max(), [&](auto done) {
    resolver_.async_resolve(url.host, std::to_string(url.port), asio::ip::resolver_base::numeric_service,
                            [found, done](error_code failed, const auto& results) {
                              *found = results;
                              done(failed);
                            });
  });
  if (!resolved.ok()) return resolved.as_not_sent();
  std::vector<Endpoint> allowed;
  Status refused(Code::Unavailable, "resolving its name: it has no address");
  for (const auto& each : *found) {
    const Status checked = policy_.check(each.endpoint().address().to_string());
    if (checked.ok()) {
      allowed.push_back(each.endpoint());
    } else {
      refused = checked.with_context("connecting");
    }
  }
  if (allowed.empty()) return refused;
  return allowed;
}

Status HttpExchange::connect(const std::vector<Endpoint>& endpoints) {
  Status last;
  for (const Endpoint& endpoint : endpoints) {
    last = await("connecting", ctx_.clock.now() + limits_.connect,
                 [&](auto done) { plain_.async_connect(endpoint, done); });
    if (last.ok() || last.code() == Code::Cancelled || ctx_.done()) return last;
    plain_.close();
  }
  return last;
}

Status HttpExchange::shake_hands(const Url& url) {
  if (!url.tls) return {};
  encrypted_.emplace(plain_, trust_.context());
  Trust::expect(encrypted_->native_handle(), url.host);
  Status shaken = await("TLS", TimePoint::max(), [&](auto done) {
    encrypted_->async_handshake(asio::ssl::stream_base::client, done);
  });
  ERR_clear_error();
  const std::string refusal = Trust::refusal(encrypted_->native_handle());
  if (shaken.code() != Code::Unavailable || refusal.empty()) return shaken;
  return {Code::Unavailable,
          "TLS: " + refusal + "; give the authority that signed it, and the name it is for"};
}

Status HttpExchange::write(const HttpRequest& request) {
  const auto message = std::make_shared<http::request<http::string_body>>(to_message(request));
  const Status written = await("sending the request", TimePoint::max(), [&](auto done) {
    with_stream([&](auto& stream) {
      http::async_write(stream, *message, [message, done](error_code failed, std::size_t) { done(failed); });
    });
  });
  // A server that has read enough may answer and close: its answer says why.
  return written.code() == Code::Unavailable ? Status() : written;
}

Status HttpExchange::read_head() {
  for (int i = 0; i < kMostInterimReplies; ++i) {
    if (Status read = read_one_head(); !read.ok()) return read;
    if (!is_interim(parser_->get())) return {};
  }
  return {Code::Decode, "reading the reply: it has too many interim replies (1xx)"};
}

Status HttpExchange::read_one_head() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.head));
  parser_->body_limit(limits_.body);
  return await("reading the reply", TimePoint::max(), [&](auto done) {
    with_stream([&](auto& stream) {
      http::async_read_header(stream, buffer_, *parser_,
                              [done](error_code failed, std::size_t) { done(failed); });
    });
  });
}

// Piece by piece as it comes, because an event of a stream may have to be answered before the next
// one comes.
Status HttpExchange::read_body(const HttpHead& head, const BodySink& sink) {
  while (!parser_->is_done()) {
    auto& body = parser_->get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    const Status read = await("reading the reply", TimePoint::max(), [&](auto done) {
      with_stream([&](auto& stream) {
        http::async_read_some(stream, buffer_, *parser_, [done](error_code failed, std::size_t) {
          done(failed == http::error::need_buffer ? error_code() : failed);
        });
      });
    });
    if (!read.ok()) return read;
    const std::size_t size = piece_.size() - body.size;
    if (size == 0) continue;
    const StatusOr<bool> more = sink(head, std::string_view(piece_.data(), size));
    if (!more.ok() || !*more) return more.status();
  }
  return {};
}

}  // namespace toolhive::mcp
