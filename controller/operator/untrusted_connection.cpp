#include "controller/operator/untrusted_connection.hpp"

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <functional>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace toolhive {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kLargestHead = 32U << 10;
constexpr unsigned kAcknowledgedWithin = 2000;  // in milliseconds

// Alerts by which a server says that it does not take the certificate it was shown.
bool refuses_certificate(error_code failed) {
  if (failed.category() != asio::error::get_ssl_category()) return false;
  switch (ERR_GET_REASON(static_cast<unsigned long>(failed.value()))) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

Status connection_failure(const char* what, error_code failed) {
  // It is known by a ConfigMap, which the kubelet brings to the pods.
  if (refuses_certificate(failed))
    return Status(Code::Unavailable,
                  "it does not accept the operator's certificate so far: " + failed.message());
  const bool malformed = failed.category() == http::make_error_code(http::error::bad_version).category() &&
                         failed != http::error::end_of_stream && failed != http::error::partial_message;
  return Status(malformed ? Code::Decode : Code::Unavailable, std::string(what) + ": " + failed.message());
}

// One request and its answer, step by step. `Ended` is given a Status, once.
template <class Stream, class Ended>
class RegistryExchange {
 public:
  RegistryExchange(Stream& stream, const UntrustedConnection::Message& message, std::size_t max_reply)
      : stream_(stream), message_(message), limit_(max_reply) {
    parser_.header_limit(kLargestHead);
    parser_.body_limit(max_reply);
  }

  void begin(Ended ended) {
    ended_ = std::move(ended);
    http::async_write(stream_, message_, [this](error_code failed, std::size_t) {
      // A server that has read enough may answer and close: its answer says why.
      written_ = !failed;
      read_head();
    });
  }

  bool heard() const { return parser_.got_some() || buffer_.size() > 0; }
  // Whether another request may follow. After an interim answer the one that counts is still to
  // come, and what is behind an answer belongs to none.
  bool is_whole() const {
    return written_ && parser_.is_done() && parser_.keep_alive() && parser_.get().result_int() >= 200 &&
           buffer_.size() == 0;
  }
  kube::HttpResponse take() {
    kube::HttpResponse response;
    response.status = static_cast<int>(parser_.get().result_int());
    response.body = std::move(parser_.get().body());
    return response;
  }

 private:
  // By itself: the parser would make room for all of the announced body before it compares it with
  // the limit.
  void read_head() {
    http::async_read_header(stream_, buffer_, parser_, [this](error_code failed, std::size_t) {
      if (failed) return end(failed);
      if (parser_.content_length().value_or(0) > limit_) return end(http::error::body_limit);
      read_body();
    });
  }

  void read_body() {
    http::async_read(stream_, buffer_, parser_, [this](error_code failed, std::size_t) { end(failed); });
  }

  void end(error_code failed) {
    if (!failed) return ended_(Status());
    if (failed == http::error::body_limit)
      return ended_(Status(Code::TooLarge, "an answer of more than " + std::to_string(limit_) + " bytes"));
    ended_(connection_failure("its answer broke off", failed));
  }

  Stream& stream_;
  const UntrustedConnection::Message& message_;
  const std::size_t limit_;
  beast::flat_buffer buffer_{kLargestHead};
  http::response_parser<http::string_body> parser_;
  bool written_ = false;
  Ended ended_;
};

}  // namespace

template <class Begin>
Status UntrustedConnection::await(const Context& ctx, Begin begin) {
  std::optional<Status> outcome;
  io_.restart();
  begin([&outcome](Status ended) { outcome = std::move(ended); });
  const std::stop_callback stop(ctx.stop, [this] { io_.stop(); });
  io_.run_for(ctx.deadline - ctx.clock.now());
  if (outcome) return *std::move(outcome);
  if (ctx.stop.stop_requested()) return Status(Code::Cancelled, "stopped by the caller");
  return Status(Code::Timeout, "no answer in time");
}

Status UntrustedConnection::secure(const std::string& authorities, const std::string& host,
                                   std::shared_ptr<SeenCertificate> seen, OwnCertificate own) {
  secured_.emplace(stream_);
  seen_ = std::move(seen);
  own_ = std::move(own);
  if (secured_->prepare(authorities, host)) return {};
  return Status(Code::Unavailable, "its authorities are no certificates in PEM");
}

Status UntrustedConnection::open(const Context& ctx, const std::string& host, const std::string& port) {
  error_code unresolved;
  // Not async_resolve(): that has a thread for each io_context, for as long as the connection
  // lives, and whoever gives up waits for it all the same.
  const auto found = asio::ip::tcp::resolver(io_).resolve(host, port, unresolved);
  if (unresolved) return connection_failure("its name cannot be resolved", unresolved);
  const Status connected = await(ctx, [&](auto ended) {
    stream_.async_connect(found, [ended](error_code failed, const auto&) {
      ended(failed ? connection_failure("it does not accept connections", failed) : Status());
    });
  });
  if (!connected.ok()) return connected;
  // A request that follows another must not wait until that is acknowledged.
  error_code delayed;  // then it is only slower
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), delayed);
  return secured_ ? shake_hands(ctx) : Status();
}

Status UntrustedConnection::shake_hands(const Context& ctx) {
  if (own_) secured_->show([this, &ctx] { return own_(ctx); });
  const Status shaken = await(ctx, [this](auto ended) {
    secured_->stream().async_handshake(asio::ssl::stream_base::client, [this, ended](error_code failed) {
      const auto sight = secured_->sight(!failed);
      if (sight) {
        seen_->note(*sight);
        not_after_ = sight->not_after;
      }
      if (failed && sight)
        return ended(Status(Code::Unavailable, "its certificate is not trusted: " + sight->detail));
      if (failed && !secured_->nothing_to_show().ok())
        return ended(
            Status(Code::Unavailable, "it asks for a certificate: " + secured_->nothing_to_show().message()));
      ended(failed ? connection_failure("the TLS handshake failed", failed) : Status());
    });
  });
  // `ctx` is not there any more when the connection is used again.
  secured_->show({});
  return shaken;
}

UntrustedConnection::Answer UntrustedConnection::ask(const Context& ctx, const Message& message,
                                                     std::size_t max_reply) {
  whole_ = false;
  const auto over = [&](auto& stream) -> Answer {
    using Ended = std::function<void(Status)>;
    RegistryExchange<std::remove_reference_t<decltype(stream)>, Ended> exchange(stream, message, max_reply);
    const Status asked = await(ctx, [&exchange](auto ended) { exchange.begin(std::move(ended)); });
    if (!asked.ok()) return {asked, exchange.heard()};
    whole_ = exchange.is_whole();
    return {exchange.take(), true};
  };
  return secured_ ? over(secured_->stream()) : over(stream_);
}

void UntrustedConnection::expect_acknowledgements(bool expected) {
  const unsigned within = expected ? kAcknowledgedWithin : 0;
  // Where that cannot be set, the deadline remains.
  static_cast<void>(
      ::setsockopt(stream_.socket().native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &within, sizeof within));
}

bool UntrustedConnection::may_serve_another(WallTime now) {
  if (!whole_ || now >= not_after_ || (secured_ && secured_->has_pending())) return false;
  char next = 0;
  return ::recv(stream_.socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace toolhive
