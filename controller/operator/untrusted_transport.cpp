#include "controller/operator/untrusted_transport.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "controller/operator/untrusted_connection.hpp"

namespace toolhive {

namespace {

namespace http = boost::beast::http;

constexpr Duration kLongestCall = std::chrono::minutes(1);  // where the caller has no deadline
// How long a connection may have been idle for a request that must not be sent twice: were it
// closed meanwhile, nobody could say whether the request was taken.
constexpr Duration kInUse = std::chrono::seconds(1);

UntrustedConnection::Message to_message(const std::string& host, const kube::HttpRequest& request,
                                        const std::string& bearer) {
  UntrustedConnection::Message message;
  message.method_string(request.method);
  message.target(request.target);
  message.version(11);
  message.set(http::field::host, host);
  message.set(http::field::accept, request.accept);
  message.set(http::field::user_agent, "toolhive-operator");
  if (!bearer.empty()) message.set(http::field::authorization, "Bearer " + bearer);
  if (!request.content_type.empty()) message.set(http::field::content_type, request.content_type);
  message.body() = request.body;
  message.prepare_payload();
  return message;
}

// RFC 9110, 9.2.2.
bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kIdempotent = {"GET",    "HEAD",    "PUT",
                                                           "DELETE", "OPTIONS", "TRACE"};
  return std::find(kIdempotent.begin(), kIdempotent.end(), method) != kIdempotent.end();
}

// Of what the operator needs to ask: it is no answer of the registry's, whatever its code. A tool
// would else be let go because a Secret of the operator's is not found.
Status of_our_own(const Status& error) {
  if (error.code() == Code::Cancelled || error.code() == Code::Timeout) return error;
  return {Code::Unavailable, error.message()};
}

}  // namespace

UntrustedTransport::UntrustedTransport(std::string host, int port, Bearer bearer, std::optional<Tls> tls,
                                       std::shared_ptr<IdleConnections> idle)
    : host_(std::move(host)),
      port_(std::to_string(port)),
      bearer_(std::move(bearer)),
      tls_(std::move(tls)),
      idle_(idle ? std::move(idle) : std::make_shared<IdleConnections>()) {}

UntrustedTransport::~UntrustedTransport() {
  idle_->forget(this);
}

std::uint64_t UntrustedTransport::trust_in(const std::string& authorities) {
  const std::lock_guard lock(mutex_);
  if (authorities != authorities_) {
    authorities_ = authorities;
    ++trust_;
  }
  return trust_;
}

StatusOr<kube::HttpResponse> UntrustedTransport::exchange(const Context& ctx,
                                                          const kube::HttpRequest& request,
                                                          const std::string& bearer) {
  std::string authorities;
  if (tls_) {
    auto found = tls_->authorities(ctx);
    if (!found.ok()) return of_our_own(found.status());
    authorities = *std::move(found);
  }
  const IdleConnections::Use use{this, trust_in(authorities)};
  const UntrustedConnection::Message message = to_message(host_ + ":" + port_, request, bearer);
  const bool idempotent = is_idempotent(request.method);

  if (auto kept = idle_->take(ctx.clock, use, idempotent ? IdleConnections::kLongestIdle : kInUse)) {
    kept->expect_acknowledgements(idempotent);
    auto answer = kept->ask(ctx, message, request.max_reply);
    const bool closed = answer.response.status().code() == Code::Unavailable && !answer.heard;
    if (answer.response.ok()) idle_->keep(ctx.clock, use, std::move(kept));
    if (!closed || !idempotent) return std::move(answer.response);
  }
  auto made = std::make_unique<UntrustedConnection>(ctx.clock.now());
  if (tls_) {
    const Status secured = made->secure(authorities, host_, tls_->seen, tls_->own);
    if (!secured.ok()) return secured;
  }
  const Status opened = made->open(ctx, host_, port_);
  if (!opened.ok()) return opened;
  auto answer = made->ask(ctx, message, request.max_reply);
  if (answer.response.ok()) idle_->keep(ctx.clock, use, std::move(made));
  return std::move(answer.response);
}

StatusOr<kube::HttpResponse> UntrustedTransport::send(const Context& ctx, const kube::HttpRequest& request) {
  const auto bearer = bearer_ ? bearer_(ctx) : StatusOr<std::string>(std::string());
  if (!bearer.ok()) return of_our_own(bearer.status());
  auto response = exchange(ctx.with_timeout(kLongestCall), request, *bearer);
  if (response.ok() || response.status().code() == Code::Cancelled) return response;
  return response.status().with_context(std::string("asking ") + (tls_ ? "https" : "http") + "://" + host_ +
                                        ":" + port_);
}

StatusOr<std::unique_ptr<kube::LineStream>> UntrustedTransport::stream(const Context&,
                                                                       const kube::HttpRequest&,
                                                                       const StreamOptions&) {
  return Status(Code::Invalid, "a registry has no streams");
}

}  // namespace toolhive
