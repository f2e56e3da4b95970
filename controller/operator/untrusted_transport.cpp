#include "controller/operator/untrusted_transport.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

namespace toolhive {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kLargestHead = 32U << 10;
constexpr Duration kLongestCall = std::chrono::minutes(1);  // where the caller has no deadline

http::request<http::string_body> to_message(const std::string& host, const kube::HttpRequest& request) {
  http::request<http::string_body> message;
  message.method_string(request.method);
  message.target(request.target);
  message.version(11);
  message.keep_alive(false);
  message.set(http::field::host, host);
  message.set(http::field::accept, request.accept);
  message.set(http::field::user_agent, "toolhive-operator");
  if (!request.content_type.empty()) message.set(http::field::content_type, request.content_type);
  message.body() = request.body;
  message.prepare_payload();
  return message;
}

// One request and its answer, step by step on the thread that waits for it.
class Call {
 public:
  // `bearer` empty: without credentials.
  Call(const std::string& host, const kube::HttpRequest& request, const std::string& bearer)
      : message_(to_message(host, request)), limit_(request.max_reply) {
    if (!bearer.empty()) message_.set(http::field::authorization, "Bearer " + bearer);
    parser_.header_limit(kLargestHead);
    parser_.body_limit(request.max_reply);
  }

  StatusOr<kube::HttpResponse> run(const Context& ctx, const std::string& host, const std::string& port) {
    resolver_.async_resolve(host, port, [this](error_code failed, const auto& found) {
      if (failed) return end("its name cannot be resolved", failed);
      connect(found);
    });
    const std::stop_callback stop(ctx.stop, [this] { io_.stop(); });
    io_.run_for(std::min(kLongestCall, ctx.deadline - ctx.clock.now()));
    if (outcome_) return outcome_->ok() ? StatusOr<kube::HttpResponse>(answer()) : *outcome_;
    if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped by the caller");
    return Status(Code::Timeout, "no answer in time");
  }

 private:
  void connect(const asio::ip::tcp::resolver::results_type& addresses) {
    stream_.async_connect(addresses, [this](error_code failed, const auto&) {
      if (failed) return end("it does not accept connections", failed);
      write();
    });
  }

  void write() {
    http::async_write(stream_, message_, [this](error_code failed, std::size_t) {
      // A server that has read enough may answer and close: its answer says why.
      static_cast<void>(failed);
      read_head();
    });
  }

  // By itself: the parser would make room for all of the announced body before it compares it with
  // the limit.
  void read_head() {
    http::async_read_header(stream_, buffer_, parser_, [this](error_code failed, std::size_t) {
      if (failed) return end("its answer broke off", failed);
      if (parser_.content_length().value_or(0) > limit_) return end("its answer", http::error::body_limit);
      read_body();
    });
  }

  void read_body() {
    http::async_read(stream_, buffer_, parser_, [this](error_code failed, std::size_t) {
      if (failed) return end("its answer broke off", failed);
      outcome_ = Status();
    });
  }

  void end(const char* what, error_code failed) {
    if (failed == http::error::body_limit) {
      outcome_ = Status(Code::TooLarge, "an answer of more than " + std::to_string(limit_) + " bytes");
    } else {
      const bool malformed =
          failed.category() == http::make_error_code(http::error::bad_version).category() &&
          failed != http::error::end_of_stream && failed != http::error::partial_message;
      outcome_ =
          Status(malformed ? Code::Decode : Code::Unavailable, std::string(what) + ": " + failed.message());
    }
  }

  kube::HttpResponse answer() {
    kube::HttpResponse response;
    response.status = static_cast<int>(parser_.get().result_int());
    response.body = std::move(parser_.get().body());
    return response;
  }

  asio::io_context io_{1};
  asio::ip::tcp::resolver resolver_{io_};
  beast::tcp_stream stream_{io_};
  beast::flat_buffer buffer_{kLargestHead};
  http::request<http::string_body> message_;
  http::response_parser<http::string_body> parser_;
  const std::size_t limit_;
  std::optional<Status> outcome_;
};

}  // namespace

UntrustedTransport::UntrustedTransport(std::string host, int port, Bearer bearer)
    : host_(std::move(host)), port_(std::to_string(port)), bearer_(std::move(bearer)) {}

StatusOr<kube::HttpResponse> UntrustedTransport::send(const Context& ctx, const kube::HttpRequest& request) {
  const auto bearer = bearer_ ? bearer_(ctx) : StatusOr<std::string>(std::string());
  if (!bearer.ok()) return bearer.status();
  auto response = Call(host_ + ":" + port_, request, *bearer).run(ctx, host_, port_);
  if (response.ok() || response.status().code() == Code::Cancelled) return response;
  return response.status().with_context("asking http://" + host_ + ":" + port_);
}

StatusOr<std::unique_ptr<kube::LineStream>> UntrustedTransport::stream(const Context&,
                                                                       const kube::HttpRequest&,
                                                                       const StreamOptions&) {
  return Status(Code::Invalid, "a registry has no streams");
}

}  // namespace toolhive
