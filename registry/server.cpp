#include "registry/server.hpp"

#include <cpprest/http_listener.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "controller/base/log.hpp"
#include "controller/http/listener/listener_server.hpp"
#include "controller/http/listener/reply.hpp"
#include "controller/http/listener/request.hpp"
#include "controller/http/tls_certificate.hpp"
#include "registry/access_log.hpp"
#include "registry/api/forwarder.hpp"
#include "registry/api/problem.hpp"
#include "registry/auth/peer.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

using web::http::experimental::listener::http_listener;

// What a client calls its request, if that is fit for a header and a log; else a name of our own.
std::string request_id(const web::http::http_headers& headers) {
  const auto it = headers.find("X-Request-Id");
  if (it != headers.end() && !it->second.empty() && it->second.size() <= 128 &&
      std::all_of(it->second.begin(), it->second.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '_' || c == '.' || c == ':' || c == '/' || c == '=';
      })) {
    return it->second;
  }
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr char kHex[] = "0123456789abcdef";
  std::string id(16, '0');
  for (auto bits = random(); auto& c : id) {
    c = kHex[bits & 0xF];
    bits >>= 4;
  }
  return id;
}

std::string header(const web::http::http_headers& headers, const char* name) {
  const auto it = headers.find(name);
  return it == headers.end() ? std::string() : it->second;
}

// What is kept of a request whose answer is to be logged, until that is written.
struct Answered {
  std::string method, target, id, traceparent, peer;
  std::chrono::steady_clock::time_point start;
};

void log_answer(const Answered& answered, unsigned status, std::uint64_t bytes, bool complete) {
  AccessLog::write({.method = answered.method,
                    .target = answered.target,
                    .peer = answered.peer,
                    .request_id = answered.id,
                    .trace = parse_traceparent(answered.traceparent),
                    .status = status,
                    .bytes = bytes,
                    .duration = std::chrono::steady_clock::now() - answered.start,
                    .complete = complete});
}

void send(const web::http::http_request& request, Response response, const std::string& id,
          std::optional<Answered> logged) {
  response.headers.emplace_back("X-Request-Id", id);
  if (logged) {
    response.written = [logged = std::move(*logged), status = response.status,
                        bytes = response.body == nullptr ? 0 : response.body->size()](bool complete) {
      log_answer(logged, status, bytes, complete);
    };
  }
  http::reply(request, std::move(response));
}

// What of the way a request took is to be believed.
struct ProxySettings {
  bool tls = false;
  unsigned trusted_proxies = 0;
  std::string path_prefix;  // the one that X-Forwarded-Prefix may name
};

// Whether the outermost of the proxies that wrote X-Forwarded-Proto was asked by HTTPS. Who lies
// here misleads nobody else.
bool is_https(const std::string& forwarded) {
  std::string first(trim(std::string_view(forwarded).substr(0, forwarded.find(','))));
  std::transform(first.begin(), first.end(), first.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return first == "https";
}

// The registry's URL as the client of this request wrote it; empty when that is no host and port.
std::string origin_of(const web::http::http_headers& headers, const ProxySettings& proxies) {
  const auto host = header(headers, "Host");
  const bool plain = !host.empty() && host.size() <= 260 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == ':' || c == '[' || c == ']';
  });
  if (!plain) return {};
  const bool https =
      proxies.tls || (proxies.trusted_proxies > 0 && is_https(header(headers, "X-Forwarded-Proto")));
  return (https ? "https://" : "http://") + host;
}

void serve(Api& api, AccessLog& access_log, const ProxySettings& proxies,
           const web::http::http_request& request) {
  const auto& headers = request.headers();
  Request in;
  in.method = request.method();
  in.target = http::raw_target(request);
  in.content_type = header(headers, "Content-Type");
  in.if_match = header(headers, "If-Match");
  in.if_none_match = header(headers, "If-None-Match");
  in.accept_encoding = header(headers, "Accept-Encoding");
  in.request_id = request_id(headers);
  if (in.method == "POST") {
    in.mcp = {header(headers, "MCP-Protocol-Version"), header(headers, "Mcp-Method"),
              header(headers, "Mcp-Name"), header(headers, "Origin")};
  }
  if (header(headers, "X-Forwarded-Prefix") == proxies.path_prefix) in.prefix = proxies.path_prefix;
  in.body = http::body(request);
  if (api.asks_who_sends()) {
    in.authorization = header(headers, "Authorization");
    in.forwarded = header(headers, kForwardedHeader.data());
    in.peer = auth::client_address(request.remote_address(), header(headers, "X-Forwarded-For"),
                                   proxies.trusted_proxies);
    in.origin = origin_of(headers, proxies);
    if (!in.origin.empty()) in.origin += in.prefix;
  }
  auto respond = [request, &access_log, method = in.method, target = in.target, id = in.request_id,
                  start = std::chrono::steady_clock::now()](Response response) {
    std::optional<Answered> logged;
    if (access_log.wants(method, target, response.status)) {
      logged = Answered{
          method, target, id, header(request.headers(), "traceparent"), request.remote_address(), start};
    }
    send(request, std::move(response), id, std::move(logged));
  };
  api.handle(std::move(in), std::move(respond));
}

// What the transport refused itself: no handler has seen it, and it has no id.
void log_refusal(AccessLog& access_log, const http::AccessRecord& record) {
  if (record.handled || !access_log.wants(record.method, record.target, record.status)) return;
  AccessLog::write({.method = record.method,
                    .target = record.target,
                    .peer = record.remote_address,
                    .request_id = {},
                    .trace = {},
                    .status = record.status,
                    .bytes = record.body_bytes,
                    .duration = record.duration,
                    .complete = record.complete});
}

// What the kubelet asks, which has no certificate to show.
bool is_probe(const http::Request& request) {
  return request.method == "GET" && (request.target == "/health" || request.target == "/ready");
}

// Of another replica, by what only replicas know. It has looked at the client's certificate itself.
bool is_forwarded(const Api& api, const http::Request& request) {
  const auto* const said = request.headers.find(kForwardedHeader);
  return said != nullptr && api.is_from_replica(*said);
}

http::Options transport_options(const ServerConfig& config, const Api& api, AccessLog& access_log) {
  http::Options options;
  options.threads = HttpServer::threads(config);
  options.limits.body_bytes = config.body_limit;
  options.limits.connections = config.connections;
  options.timeouts.header = config.header_timeout;
  options.timeouts.body = config.body_timeout;
  options.timeouts.write = config.write_timeout;
  options.timeouts.idle = config.idle_timeout;
  options.timeouts.drain = config.drain_timeout;
  // Only these take a body; whatever else comes with one has no use for a large one.
  options.body_limit = [limit = config.body_limit](std::string_view method,
                                                   std::string_view) -> std::uint64_t {
    return method == "POST" || method == "PUT" || method == "PATCH"
               ? limit
               : std::min<std::uint64_t>(limit, 16 * 1024);
  };
  options.error_body = [](const http::TransportError& error) {
    return http::ErrorBody{std::string(kProblemJson), problem_document(error.status, error.detail)};
  };
  options.access_log = [&access_log](const http::AccessRecord& record) { log_refusal(access_log, record); };
  options.notice = [](std::string_view text) { log(LogLevel::Warn, text); };
  if (!config.tls_client_authorities.empty())
    options.without_certificate = [&api](const http::Request& request) {
      return is_probe(request) || is_forwarded(api, request);
    };
  return options;
}

}  // namespace

struct HttpServer::State {
  State(Api& served, std::unique_ptr<AccessLog> log, std::shared_ptr<http::TlsCertificate> tls,
        std::unique_ptr<http::ListenerServer> opened, std::string listener_uri)
      : api(served),
        access_log(std::move(log)),
        certificate(std::move(tls)),
        server(std::move(opened)),
        uri(std::move(listener_uri)),
        listener(uri) {}

  Api& api;
  // Outlives the server, which writes to it to the end.
  const std::unique_ptr<AccessLog> access_log;
  const std::shared_ptr<http::TlsCertificate> certificate;  // null: plain HTTP
  const std::unique_ptr<http::ListenerServer> server;
  const std::string uri;
  http_listener listener;
  std::once_flag closed;
};

unsigned HttpServer::threads(const ServerConfig& config) {
  return config.threads != 0 ? config.threads : std::max(2u, std::thread::hardware_concurrency());
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(const ServerConfig& config, Api& api) {
  auto access_log = std::make_unique<AccessLog>(config.access_log_one_in);
  auto options = transport_options(config, api, *access_log);
  std::shared_ptr<http::TlsCertificate> certificate;
  if (!config.tls_certificate.empty()) {
    auto loaded =
        http::TlsCertificate::load(config.tls_certificate, config.tls_key, config.tls_client_authorities);
    if (!loaded.ok()) return Error{Code::Invalid, loaded.status().message(), "tls"};
    certificate = *std::move(loaded);
    options.tls = certificate;
  }
  const bool ipv6 = config.address.find(':') != std::string::npos && config.address.front() != '[';
  const auto address =
      (ipv6 ? "[" + config.address + "]" : config.address) + ":" + std::to_string(config.port);
  try {
    const ProxySettings proxies{options.tls != nullptr, config.rates.trusted_proxies, config.path_prefix};
    auto listening = http::ListenerServer::open(std::move(options));
    if (!listening.ok()) return Error{Code::Invalid, listening.status().message(), "address"};
    auto state =
        std::make_unique<State>(api, std::move(access_log), std::move(certificate), *std::move(listening),
                                (proxies.tls ? "https://" : "http://") + address + "/");
    const auto handle = [&api, log = state->access_log.get(), proxies](
                            const web::http::http_request& request) { serve(api, *log, proxies, request); };
    state->listener.support(handle);
    // Without a handler of their own the library answers these two itself.
    state->listener.support(web::http::methods::OPTIONS, handle);
    state->listener.support(web::http::methods::TRCE, handle);
    std::unique_ptr<HttpServer> server(new HttpServer(std::move(state)));
    api.observe([server = server.get()](Gauges& gauges) { server->add_gauges(gauges); });
    server->state_->listener.open().wait();
    return server;
  } catch (const std::exception& cause) {
    return Error{Code::Invalid, "cannot listen on " + address + ": " + cause.what(), "address"};
  }
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  close();
}

void HttpServer::close() {
  std::call_once(state_->closed, [this] {
    try {
      state_->listener.close().wait();
    } catch (const std::exception& cause) {
      log(LogLevel::Warn, "closing the listener failed", {{"error", cause.what()}});
    }
    state_->server->stop();
    state_->api.observe({});
  });
}

std::uint16_t HttpServer::port() const {
  return state_->server->port(state_->uri);
}

void HttpServer::add_gauges(Gauges& gauges) const {
  const auto stats = state_->server->stats();
  gauges.connections = stats.connections;
  gauges.requests_in_flight = stats.requests_in_flight;
  gauges.transport_errors = stats.transport_errors;
  if (const auto& certificate = state_->certificate)
    gauges.certificate = CertificateFigures{certificate->not_after(), certificate->stale()};
}

}  // namespace toolhive::registry
