#include "controller/operator/endpoints.hpp"

#include <cpprest/http_listener.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <vector>

#include "controller/http/request.hpp"
#include "controller/http/server.hpp"

namespace toolhive {

using kube::Code;
using kube::Status;
using kube::StatusOr;
using web::http::http_request;
using web::http::http_response;
using web::http::experimental::listener::http_listener;

namespace {

constexpr const char* kPlainText = "text/plain; charset=utf-8";
constexpr const char* kMetricsText = "text/plain; version=0.0.4; charset=utf-8";

void answer(const http_request& request, unsigned short status, const std::string& body,
            const char* content_type) {
  http_response response(status);
  response.headers().add("X-Content-Type-Options", "nosniff");
  response.set_body(body, content_type);
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
  if (is_read(request)) return answer(request, 404, "not found\n", kPlainText);
  answer(request, 405, "only GET and HEAD are served\n", kPlainText);
}

void serve_health(const http_request& request, const runtime::Health& health) {
  const std::string path = path_of(request);
  if (!is_read(request) || (path != "/healthz" && path != "/readyz")) return refuse(request);
  const runtime::Health::Report report = path == "/healthz" ? health.live() : health.ready();
  answer(request, report.ok ? 200 : 503, report.text, kPlainText);
}

void serve_metrics(const http_request& request, const runtime::Metrics& metrics) {
  if (!is_read(request) || path_of(request) != "/metrics") return refuse(request);
  answer(request, 200, metrics.text(), kMetricsText);
}

http::Options server_options() {
  http::Options options;
  options.threads = 1;
  options.limits.body_bytes = 1024;
  options.limits.connections = 128;
  options.limits.buffered_bytes = 1 << 20;
  options.timeouts.drain = std::chrono::seconds(2);
  options.notice = [](std::string_view text) { spdlog::warn("endpoints: {}", text); };
  return options;
}

}  // namespace

struct Endpoints::State {
  http::Server server{server_options()};
  std::vector<std::unique_ptr<http_listener>> listeners;

  Status listen(const std::string& address, std::function<void(const http_request&)> handler) {
    if (address.empty()) return {};
    const std::string uri = "http://" + (address.front() == ':' ? "+" + address : address) + "/";
    try {
      auto listener = std::make_unique<http_listener>(uri);
      listener->support(handler);
      listener->open().wait();
      listeners.push_back(std::move(listener));
      return {};
    } catch (const std::exception& error) {
      return Status(Code::Unavailable, "cannot listen on " + address + ": " + error.what());
    }
  }

  ~State() {
    for (const auto& listener : listeners) {
      try {
        listener->close().wait();
      } catch (const std::exception& error) {
        spdlog::warn("endpoints: {}", error.what());
      }
    }
    server.stop();
  }
};

Endpoints::Endpoints(std::unique_ptr<State> state) : state_(std::move(state)) {}
Endpoints::~Endpoints() = default;

StatusOr<std::unique_ptr<Endpoints>> Endpoints::open(const EndpointOptions& options,
                                                     const runtime::Health& health,
                                                     const runtime::Metrics& metrics) {
  auto state = std::make_unique<State>();
  Status opened = state->listen(options.health_address,
                                [&health](const http_request& request) { serve_health(request, health); });
  if (!opened.ok()) return opened.with_context("serving health checks");
  opened = state->listen(options.metrics_address,
                         [&metrics](const http_request& request) { serve_metrics(request, metrics); });
  if (!opened.ok()) return opened.with_context("serving metrics");
  return std::unique_ptr<Endpoints>(new Endpoints(std::move(state)));
}

}  // namespace toolhive
