#include "controller/operator/untrusted_transport.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

#include "controller/base/x509.hpp"

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

WallTime end_of(const X509* certificate) {
  return certificate == nullptr ? WallTime() : x509::to_wall_time(X509_get0_notAfter(certificate));
}

CertificateSight::Verdict verdict_of(long result) {
  switch (result) {
    case X509_V_OK:
      return CertificateSight::Verdict::Trusted;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CertificateSight::Verdict::Expired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return CertificateSight::Verdict::WrongName;
    default:
      return CertificateSight::Verdict::Untrusted;
  }
}

// A connection that is the registry's only once it has shown a certificate of one of the
// authorities.
class SecuredStream {
 public:
  explicit SecuredStream(beast::tcp_stream& stream)
      : context_(asio::ssl::context::tls_client), stream_(stream) {}

  // False where there is nothing to trust in `authorities`.
  bool prepare(const std::string& authorities, const std::string& host) {
    error_code failed;
    context_.add_certificate_authority(asio::buffer(authorities), failed);
    SSL_CTX* const native = context_.native_handle();
    if (failed || SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1) return false;
    secured_.emplace(stream_, context_);
    secured_->set_verify_mode(asio::ssl::verify_peer, failed);
    SSL* const connection = secured_->native_handle();
    SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return !failed && SSL_set1_host(connection, host.c_str()) == 1 &&
           SSL_set_tlsext_host_name(connection, host.c_str()) == 1;
  }

  CertificateSight sight() {
    SSL* const connection = secured_->native_handle();
    const long result = SSL_get_verify_result(connection);
    return {verdict_of(result), end_of(SSL_get0_peer_certificate(connection)),
            result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result)};
  }

  asio::ssl::stream<beast::tcp_stream&>& stream() { return *secured_; }

 private:
  asio::ssl::context context_;
  beast::tcp_stream& stream_;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> secured_;
};

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

  // Lets it speak to nobody but `host` as `authorities` know it; `seen` is told of whom it met.
  Status secure(const std::string& authorities, const std::string& host, SeenCertificate& seen) {
    secured_.emplace(stream_);
    seen_ = &seen;
    const bool prepared = secured_->prepare(authorities, host);
    ERR_clear_error();
    return prepared ? Status() : Status(Code::Unavailable, "its authorities are no certificates in PEM");
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
      if (secured_) return shake_hands();
      write();
    });
  }

  void shake_hands() {
    secured_->stream().async_handshake(asio::ssl::stream_base::client, [this](error_code failed) {
      CertificateSight sight = secured_->sight();
      ERR_clear_error();
      const std::string why = sight.detail;
      // A handshake that broke off for another reason says nothing of the certificate.
      if (!failed || !why.empty()) seen_->note(std::move(sight));
      if (failed && !why.empty()) {
        outcome_ = Status(Code::Unavailable, "its certificate is not trusted: " + why);
        return;
      }
      if (failed) return end("the TLS handshake failed", failed);
      write();
    });
  }

  // Calls `use` with what is written to and read from.
  template <class Use>
  void with_stream(Use use) {
    if (secured_) return use(secured_->stream());
    use(stream_);
  }

  void write() {
    with_stream([this](auto& stream) {
      http::async_write(stream, message_, [this](error_code failed, std::size_t) {
        // A server that has read enough may answer and close: its answer says why.
        static_cast<void>(failed);
        read_head();
      });
    });
  }

  // By itself: the parser would make room for all of the announced body before it compares it with
  // the limit.
  void read_head() {
    with_stream([this](auto& stream) {
      http::async_read_header(stream, buffer_, parser_, [this](error_code failed, std::size_t) {
        if (failed) return end("its answer broke off", failed);
        if (parser_.content_length().value_or(0) > limit_) return end("its answer", http::error::body_limit);
        read_body();
      });
    });
  }

  void read_body() {
    with_stream([this](auto& stream) {
      http::async_read(stream, buffer_, parser_, [this](error_code failed, std::size_t) {
        if (failed) return end("its answer broke off", failed);
        outcome_ = Status();
      });
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
  std::optional<SecuredStream> secured_;  // absent: plain
  SeenCertificate* seen_ = nullptr;       // with TLS
  beast::flat_buffer buffer_{kLargestHead};
  http::request<http::string_body> message_;
  http::response_parser<http::string_body> parser_;
  const std::size_t limit_;
  std::optional<Status> outcome_;
};

}  // namespace

UntrustedTransport::UntrustedTransport(std::string host, int port, Bearer bearer, std::optional<Tls> tls)
    : host_(std::move(host)), port_(std::to_string(port)), bearer_(std::move(bearer)), tls_(std::move(tls)) {}

StatusOr<kube::HttpResponse> UntrustedTransport::send(const Context& ctx, const kube::HttpRequest& request) {
  const auto bearer = bearer_ ? bearer_(ctx) : StatusOr<std::string>(std::string());
  if (!bearer.ok()) return bearer.status();
  Call call(host_ + ":" + port_, request, *bearer);
  const std::string where = std::string("asking ") + (tls_ ? "https" : "http") + "://" + host_ + ":" + port_;
  if (tls_) {
    const auto authorities = tls_->authorities(ctx);
    if (!authorities.ok()) return authorities.status().with_context(where);
    if (const Status secured = call.secure(*authorities, host_, *tls_->seen); !secured.ok())
      return secured.with_context(where);
  }
  auto response = call.run(ctx, host_, port_);
  if (response.ok() || response.status().code() == Code::Cancelled) return response;
  return response.status().with_context(where);
}

StatusOr<std::unique_ptr<kube::LineStream>> UntrustedTransport::stream(const Context&,
                                                                       const kube::HttpRequest&,
                                                                       const StreamOptions&) {
  return Status(Code::Invalid, "a registry has no streams");
}

}  // namespace toolhive
