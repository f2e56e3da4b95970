#include "controller/runtime/serve/endpoints.hpp"

#include <cpprest/http_listener.h>

#include <atomic>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "controller/base/bounded_executor.hpp"
#include "controller/base/log.hpp"
#include "controller/http/listener/listener_server.hpp"
#include "controller/http/listener/process.hpp"
#include "controller/http/listener/request.hpp"
#include "controller/http/tls_certificate.hpp"
#include "controller/runtime/serve/metrics_authorizer.hpp"

namespace toolhive::runtime {

using web::http::http_request;
using web::http::http_response;
using web::http::experimental::listener::http_listener;
using Kind = AccessDecision::Kind;

namespace {

constexpr const char* kPlainText = "text/plain; charset=utf-8";
constexpr const char* kMetricsText = "text/plain; version=0.0.4; charset=utf-8";
// As many as the authorizer lets ask at one time; whoever waits behind them still gets an answer
// within the ten seconds that Prometheus gives a scrape.
constexpr unsigned kReviewers = 4;
constexpr std::size_t kWaiting = 4;

http_response text(unsigned short status, const std::string& body, const char* content_type = kPlainText) {
  http_response response(status);
  response.headers().add("X-Content-Type-Options", "nosniff");
  response.set_body(body, content_type);
  return response;
}

void answer(const http_request& request, const http_response& response) {
  // A client that went away is no concern of ours; the task must be observed all the same.
  request.reply(response).then([](const pplx::task<void>& sent) {
    try {
      sent.get();
    } catch (const std::exception&) {
      return;
    }
  });
}

std::string path_of(const http_request& request) {
  const std::string target = http::raw_target(request);
  return target.substr(0, target.find('?'));
}

bool is_read(const http_request& request) {
  return request.method() == "GET" || request.method() == "HEAD";
}

void refuse(const http_request& request) {
  answer(request, is_read(request) ? text(404, "not found\n") : text(405, "only GET and HEAD are served\n"));
}

void serve_health(const http_request& request, const Health& health) {
  const std::string path = path_of(request);
  if (!is_read(request) || (path != "/healthz" && path != "/readyz")) return refuse(request);
  const Health::Report report = path == "/healthz" ? health.live() : health.ready();
  answer(request, text(report.ok ? 200 : 503, report.text));
}

http::Options server_options(const EndpointOptions& options) {
  http::Options made;
  made.threads = 2;
  made.limits.body_bytes = 1024;
  // The kubelet's probes share the limit with whoever reaches the metrics, so nobody may have all
  // of it.
  made.limits.connections = 512;
  made.limits.connections_per_address = 32;
  made.limits.buffered_bytes = 1 << 20;
  made.timeouts.drain = std::chrono::seconds(2);
  made.tls_reload = std::chrono::duration_cast<std::chrono::milliseconds>(options.certificate_reload);
  made.notice = [](std::string_view what) {
    log(LogLevel::Warn, "serving health and metrics", {{"notice", std::string(what)}});
  };
  return made;
}

StatusOr<std::shared_ptr<http::TlsCertificate>> certificate_of(const EndpointOptions& options) {
  const std::string& directory = options.certificate_directory;
  const auto file = [&](const char* name) { return directory.empty() ? "" : directory + "/" + name; };
  auto loaded =
      http::TlsCertificate::load_or_self_signed(file("tls.crt"), file("tls.key"), options.certificate_names);
  if (!loaded.ok())
    return Status(Code::Invalid, "the certificate of the metrics: " + loaded.status().message());
  return loaded;
}

// Passes on a sentence once a minute at most: strangers decide how often it comes up.
class LogThrottle {
 public:
  bool due(TimePoint now) {
    auto last = last_.load();
    const auto at = now.time_since_epoch().count();
    return (last == 0 || now - TimePoint(Duration(last)) >= std::chrono::minutes(1)) &&
           last_.compare_exchange_strong(last, at);
  }

 private:
  std::atomic<Duration::rep> last_ = 0;
};

// /metrics for those who may.
class GuardedMetrics {
 public:
  GuardedMetrics(kube::Client& client, const Metrics& metrics) : metrics_(metrics), authorizer_(client) {}

  void serve(const http_request& request) {
    if (!is_read(request) || path_of(request) != "/metrics") return refuse(request);
    const std::string authorization = header(request);
    if (const auto known = authorizer_.known({}, authorization)) return decide(request, *known);
    const bool accepted = executor_.submit([this, request, authorization](const std::stop_token& stop) {
      decide(request, authorizer_.authorize(Context{.stop = stop}, authorization));
    });
    if (!accepted)
      decide(request,
             {Kind::Unavailable, {}, Status(Code::TooManyRequests, "too many callers wait to be reviewed")});
  }
  void close() { executor_.close(); }

 private:
  static std::string header(const http_request& request) {
    const auto found = request.headers().find("Authorization");
    return found == request.headers().end() ? std::string() : found->second;
  }

  void decide(const http_request& request, const AccessDecision& decision) {
    if (decision.kind == Kind::Allowed) return answer(request, text(200, metrics_.text(), kMetricsText));
    const auto status = static_cast<unsigned short>(decision.http_status());
    if (decision.kind == Kind::Unavailable) {
      // What is wrong between this process and the API server is not for strangers.
      if (throttle_.due(system_clock().now()))
        log(LogLevel::Warn, "cannot tell who may read the metrics", {{"error", decision.cause.to_string()}});
      http_response response = text(status, "cannot find out who you are; the logs say why\n");
      response.headers().add("Retry-After", "10");
      return answer(request, response);
    }
    log(LogLevel::Debug, "metrics refused", {{"user", decision.user}, {"error", decision.cause.to_string()}});
    http_response response = text(status, decision.cause.message() + "\n");
    if (decision.kind == Kind::Unauthorized) response.headers().add("WWW-Authenticate", "Bearer");
    answer(request, response);
  }

  const Metrics& metrics_;
  MetricsAuthorizer authorizer_;
  LogThrottle throttle_;
  BoundedExecutor executor_{kReviewers, kWaiting};
};

}  // namespace

struct Endpoints::State {
  explicit State(std::unique_ptr<http::ListenerServer> opened) : server(std::move(opened)) {}

  const std::unique_ptr<http::ListenerServer> server;
  std::optional<GuardedMetrics> guarded;
  std::vector<std::unique_ptr<http_listener>> listeners;
  std::uint16_t health_port = 0;
  std::uint16_t metrics_port = 0;

  // The port that was opened.
  StatusOr<std::uint16_t> listen(const char* scheme, const std::string& address,
                                 const std::function<void(const http_request&)>& handler) {
    const std::string uri =
        std::string(scheme) + "://" + (address.front() == ':' ? "+" + address : address) + "/";
    try {
      auto listener = std::make_unique<http_listener>(uri);
      listener->support(handler);
      listener->open().wait();
      listeners.push_back(std::move(listener));
      return server->port(uri);
    } catch (const std::exception& error) {
      return Status(Code::Unavailable, "cannot listen on " + address + ": " + error.what());
    }
  }

  ~State() {
    // Callers that are being looked up get their answer at once, and none is looked up afterwards.
    if (guarded) guarded->close();
    for (const auto& listener : listeners) {
      try {
        listener->close().wait();
      } catch (const std::exception& error) {
        log(LogLevel::Warn, "serving health and metrics", {{"error", error.what()}});
      }
    }
    server->stop();
  }
};

Endpoints::Endpoints(std::unique_ptr<State> state) : state_(std::move(state)) {}
Endpoints::~Endpoints() = default;

std::uint16_t Endpoints::health_port() const {
  return state_->health_port;
}

std::uint16_t Endpoints::metrics_port() const {
  return state_->metrics_port;
}

StatusOr<std::unique_ptr<Endpoints>> Endpoints::open(const EndpointOptions& options, kube::Client& client,
                                                     const Health& health, const Metrics& metrics) {
  http::init_process(1);
  const bool secure = options.metrics_secure && !options.metrics_address.empty();
  http::Options serving = server_options(options);
  if (secure) {
    auto certificate = certificate_of(options);
    if (!certificate.ok()) return certificate.status();
    serving.tls = *certificate;
    if ((*certificate)->self_signed())
      log(LogLevel::Info, "metrics are served with a self-signed certificate",
          {{"address", options.metrics_address}, {"certificateDirectory", options.certificate_directory}});
  }
  auto server = http::ListenerServer::open(std::move(serving));
  if (!server.ok()) return server.status();
  auto state = std::make_unique<State>(*std::move(server));
  if (!options.health_address.empty()) {
    auto opened = state->listen("http", options.health_address,
                                [&health](const http_request& request) { serve_health(request, health); });
    if (!opened.ok()) return opened.status().with_context("serving health checks");
    state->health_port = *opened;
  }
  if (!options.metrics_address.empty()) {
    std::function<void(const http_request&)> handler;
    if (secure) {
      GuardedMetrics& guarded = state->guarded.emplace(client, metrics);
      handler = [&guarded](const http_request& request) { guarded.serve(request); };
    } else {
      handler = [&metrics](const http_request& request) {
        if (!is_read(request) || path_of(request) != "/metrics") return refuse(request);
        answer(request, text(200, metrics.text(), kMetricsText));
      };
    }
    auto opened = state->listen(secure ? "https" : "http", options.metrics_address, handler);
    if (!opened.ok()) return opened.status().with_context("serving metrics");
    state->metrics_port = *opened;
  }
  return std::unique_ptr<Endpoints>(new Endpoints(std::move(state)));
}

}  // namespace toolhive::runtime
