#include "controller/kube/transport/transport.hpp"

#include <cpprest/http_client.h>

#include <utility>
#include <vector>

#include "controller/kube/config/credentials.hpp"
#include "controller/kube/config/server_url.hpp"
#include "controller/kube/transport/check.hpp"
#include "controller/kube/transport/error.hpp"
#include "controller/kube/transport/exchange.hpp"
#include "controller/kube/transport/lines.hpp"
#include "controller/kube/transport/pending_request.hpp"
#include "controller/kube/transport/runtime.hpp"
#include "controller/kube/transport/sessions.hpp"
#include "controller/kube/transport/streams.hpp"
#include "controller/kube/transport/tls_defaults.hpp"

namespace toolhive::kube {

namespace {

// Unread bytes of a reply before the network is held back.
constexpr std::size_t kMaxBuffered = 1U << 20;
constexpr std::size_t kLargestErrorBody = 1U << 20;

class RestTransport final : public Transport {
 public:
  RestTransport(Config config, ServerUrl url)
      : config_(std::move(config)), url_(std::move(url)), credentials_(config_), sessions_(config_, url_) {}

  Status prepare() { return sessions_.prepare(); }

  StatusOr<HttpResponse> send(const Context& ctx, const HttpRequest& request) override {
    StatusOr<std::unique_ptr<PendingRequest>> pending = exchange_with_retry(ctx, request, kMaxBuffered);
    if (!pending.ok()) return pending.status();
    return read_all(ctx, **pending, request.max_reply);
  }

  StatusOr<std::unique_ptr<LineStream>> stream(const Context& ctx, const HttpRequest& request,
                                               const StreamOptions& options) override {
    StatusOr<std::unique_ptr<PendingRequest>> pending =
        exchange_with_retry(ctx, request, options.max_buffered);
    if (!pending.ok()) return pending.status();
    if ((*pending)->exchange().status() == 200)
      return std::unique_ptr<LineStream>(std::make_unique<ReplyLines>(*std::move(pending), options));
    StatusOr<HttpResponse> reply = read_all(ctx, **pending, kLargestErrorBody);
    return reply.ok() ? error_from_response(*reply) : reply.status();
  }

 private:
  // Sends and waits for the head of the reply; once more with a newer credential when the first is
  // refused.
  StatusOr<std::unique_ptr<PendingRequest>> exchange_with_retry(const Context& ctx,
                                                                const HttpRequest& request,
                                                                std::size_t max_buffered) {
    for (bool again = true;; again = false) {
      StatusOr<Credential> credential = credentials_.get(ctx);
      if (!credential.ok()) return credential.status();
      StatusOr<std::unique_ptr<PendingRequest>> pending = start(ctx, request, *credential, max_buffered);
      if (!pending.ok()) return pending;
      if (Status head = (*pending)->exchange().wait_head(ctx); !head.ok()) return explained(head, request);
      if ((*pending)->exchange().status() != 401 || !again || !credentials_.refused(*credential))
        return pending;
    }
  }

  StatusOr<std::unique_ptr<PendingRequest>> start(const Context& ctx, const HttpRequest& request,
                                                  const Credential& credential, std::size_t max_buffered) {
    StatusOr<std::shared_ptr<Session>> session = sessions_.get(ctx, credential);
    if (!session.ok()) return session.status();
    const auto exchange = std::make_shared<Exchange>(max_buffered);
    auto pending = std::make_unique<PendingRequest>(*session, exchange);
    try {
      web::http::http_request message = make_request(request, credential);
      message.set_response_stream(reply_stream(exchange));
      const auto fail = [exchange, used = *session](const std::exception_ptr& error) {
        if (invalidates_pool(error)) used->invalidated = true;
        exchange->finish(transport_error(error, used->tls ? used->tls->last_refusal() : std::string()));
      };
      const WithoutDefaultAuthorities quick;
      (*session)
          ->client->request(message, pending->token())
          .then([exchange, fail](pplx::task<web::http::http_response> task) {
            try {
              const web::http::http_response reply = task.get();
              Exchange::Headers headers;
              for (const auto& [name, value] : reply.headers()) headers.emplace(lower(name), value);
              exchange->set_head(reply.status_code(), std::move(headers));
              reply.content_ready().then([exchange, fail](pplx::task<web::http::http_response> body) {
                try {
                  body.get();
                  exchange->finish({});
                } catch (...) {
                  fail(std::current_exception());
                }
              });
            } catch (...) {
              fail(std::current_exception());
            }
          });
    } catch (const std::exception& error) {
      return Status(Code::Invalid,
                    request.method + " " + request.target + " cannot be sent: " + error.what());
    }
    return pending;
  }

  static std::string lower(std::string text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }

  web::http::http_request make_request(const HttpRequest& request, const Credential& credential) const {
    web::http::http_request message(request.method);
    message.set_request_uri(web::uri(request.target));
    web::http::http_headers& headers = message.headers();
    if (!config_.tls_server_name.empty()) {
      // cpprestsdk takes the name for TLS from here.
      headers.add("Host", config_.tls_server_name);
    } else if (url_.ipv6() && !url_.tls) {
      headers.add("Host", "[" + url_.host + "]:" + std::to_string(url_.port));
    }
    headers.add("Accept", request.accept);
    headers.add("User-Agent", config_.user_agent);
    if (!credential.token.empty()) headers.add("Authorization", "Bearer " + credential.token);
    add_impersonation(headers);
    // A DELETE has a body, too, if only an empty object: see body_stream().
    if (request.method != "GET" && request.method != "HEAD") {
      const std::string& body = request.body;
      message.set_body(body_stream(body), body.size(),
                       request.content_type.empty() ? "application/json" : request.content_type);
    }
    return message;
  }

  void add_impersonation(web::http::http_headers& headers) const {
    if (config_.impersonate_user.empty()) return;
    headers.add("Impersonate-User", config_.impersonate_user);
    if (!config_.impersonate_uid.empty()) headers.add("Impersonate-Uid", config_.impersonate_uid);
    // One line per value, as the API server reads them; cpprestsdk keeps one line per name and
    // would join the values by commas, so the further lines travel inside the first one's value.
    // make_transport() checked the characters.
    const auto add_lines = [&headers](const std::string& name, const std::vector<std::string>& values) {
      std::string lines;
      for (const std::string& value : values) lines += lines.empty() ? value : "\r\n" + name + ": " + value;
      if (!lines.empty()) headers.add(name, lines);
    };
    add_lines("Impersonate-Group", config_.impersonate_groups);
    for (const auto& [key, values] : config_.impersonate_extra) add_lines("Impersonate-Extra-" + key, values);
  }

  StatusOr<HttpResponse> read_all(const Context& ctx, PendingRequest& pending, std::size_t limit) {
    HttpResponse response;
    response.status = pending.exchange().status();
    response.headers = pending.exchange().headers();
    for (;;) {
      Status status = pending.exchange().take(ctx, TimePoint::max(), response.body);
      if (status.code() == Code::EndOfStream) break;
      if (!status.ok()) return status.with_context("reading the reply of " + config_.server);
      if (response.body.size() > limit)
        return Status(Code::TooLarge, "a reply of more than " + std::to_string(limit) + " bytes");
    }
    if (response.status == 401) note_problem(pending, response);
    return response;
  }

  // A server does not say why it ignores a client certificate; its age is the usual cause.
  static void note_problem(const PendingRequest& pending, HttpResponse& response) {
    if (pending.session().tls) response.hint = pending.session().tls->client_certificate_problem();
  }

  // Names the server, and where its address came from.
  Status explained(const Status& status, const HttpRequest& request) const {
    if (status.code() == Code::Cancelled) return status;
    if (status.code() == Code::Timeout)
      return status.with_context(request.method + " " + config_.server +
                                 request.target.substr(0, request.target.find('?')));
    const std::string origin = config_.origin.empty() ? "" : " (from " + config_.origin + ")";
    return status.with_context("cannot reach the API server " + config_.server + origin);
  }

  const Config config_;
  const ServerUrl url_;
  Credentials credentials_;
  Sessions sessions_;
};

}  // namespace

StatusOr<std::unique_ptr<Transport>> make_transport(const Config& config) {
  StatusOr<ServerUrl> url = ServerUrl::parse(config.server);
  if (!url.ok()) return url.status().with_context(config.origin + ": server");
  if (Status wrong = check_transport_config(config, *url); !wrong.ok()) return wrong;
  init_transport_runtime();
  auto transport = std::make_unique<RestTransport>(config, *url);
  if (Status prepared = transport->prepare(); !prepared.ok()) return prepared;
  return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace toolhive::kube
