#include "registry/api/api.hpp"

#include <chrono>
#include <stop_token>

#include "controller/base/bounded_executor.hpp"
#include "registry/api/encoding.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/api/forwarder.hpp"
#include "registry/api/guard.hpp"
#include "registry/api/problem.hpp"

namespace toolhive::registry {
namespace {

// What every response has.
constexpr std::string_view kCommonLines =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: ETag, Retry-After, WWW-Authenticate, X-Request-Id\r\n"
    "X-Content-Type-Options: nosniff\r\n";

// What pages of other origins may send with a read: everything, as consoles add headers of their
// tracing. A `*` does not stand for Authorization, and for browsers before 2022 for nothing at all.
constexpr std::string_view kAllowedHeaders =
    "*, Authorization, Baggage, Cache-Control, Content-Type, If-None-Match, MCP-Protocol-Version, "
    "Traceparent, Tracestate, X-Request-Id";

// A preflight request, or any OPTIONS. Pages of other origins may read; writing from a browser is
// not offered to them.
Response options(const Endpoint& endpoint) {
  Response response;
  response.status = 204;
  response.headers = {{"Allow", endpoint.allowed()},
                      {"Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"},
                      {"Access-Control-Allow-Headers", std::string(kAllowedHeaders)},
                      {"Access-Control-Max-Age", "86400"}};
  return response;
}

Response not_allowed(const Endpoint& endpoint, std::string_view method) {
  auto response = problem(
      405, std::string(method.substr(0, 20)) + " is not possible here; possible are " + endpoint.allowed());
  response.headers.emplace_back("Allow", endpoint.allowed());
  return response;
}

// Bytes that take a millisecond: to check a definition of so many, and to compress so many.
constexpr std::size_t kLongBody = 16 * 1024;
constexpr std::size_t kLongGzip = 64 * 1024;
// Eight of the largest pages, whose readers are slow.
constexpr std::size_t kMostUnsent = std::size_t{64} << 20;

bool is_long(const Call& call, CompatibilityPolicy compatibility) {
  if (call.method->pace == Pace::Long) return true;
  if (call.method->name == "GET") return false;
  // What is registered is compared with what may be much larger.
  return call.request.body.size() >= kLongBody || compatibility != CompatibilityPolicy::None;
}

}  // namespace

Api::Api(ToolPolicy policy, Metrics& metrics)
    : state_{.policy = std::move(policy), .metrics = metrics}, unsent_(kMostUnsent) {}

bool Api::is_from_replica(std::string_view forwarded) const {
  return forwarder_ != nullptr && forwarder_->is_from_replica(forwarded);
}

void Api::handle(Request request, Respond respond) {
  auto call = std::make_shared<Call>();
  call->request = std::move(request);
  const std::string_view target = call->request.target;
  auto route = route_path(target.substr(0, target.find('?')));
  if (route.ok()) call->route = std::move(*route);

  auto finish = finish_of(*call, std::move(respond));
  if (!route.ok()) return finish(problem(route.error()));
  const auto* endpoint = call->route.endpoint;
  if (endpoint == nullptr) {
    return finish(problem(
        404, "there is nothing at this path; tools are at /api/v1/tools, and a page for people is at /"));
  }
  const auto& method = call->request.method;
  if (method == "OPTIONS") return finish(options(*endpoint));
  call->method = endpoint->find(method);
  if (call->method == nullptr) return finish(not_allowed(*endpoint, method));
  if (forwarder_ != nullptr) {
    forwarder_->welcome(*call);
    const Forwarder::Here here = [this](std::shared_ptr<Call> own, Respond answer) {
      answer_here(std::move(own), std::move(answer));
    };
    if (forwarder_->concerns(*call)) return forwarder_->forward(std::move(call), std::move(finish), here);
    finish = forwarder_->or_forward(call, std::move(finish), here);
  }
  answer_here(std::move(call), std::move(finish));
}

void Api::answer_here(std::shared_ptr<Call> call, Respond respond) {
  if (state_.guard != nullptr) return admit(std::move(call), std::move(respond));
  dispatch(std::move(call), std::move(respond));
}

Respond Api::finish_of(const Call& call, Respond respond) {
  const auto start = std::chrono::steady_clock::now();
  return
      [this, start, row = row_of(call.route.endpoint), method = call.request.method,
       gzip = accepts_gzip(call.request.accept_encoding), respond = std::move(respond)](Response response) {
        // Also of a 304, which says what the answer with a body would (RFC 9110, section 15.4.5).
        if (response.body != nullptr || response.status == 304)
          response.headers.emplace_back("Vary", "Accept-Encoding");
        response.lines = kCommonLines;
        const auto send = [this, start, row](const std::string& by, const Respond& to, Response sent) {
          unsent_.hold(sent);
          state_.metrics.request(row, by, sent.status, std::chrono::steady_clock::now() - start);
          to(std::move(sent));
        };
        if (!gzip) return send(method, respond, std::move(response));
        const bool is_long =
            executor_ != nullptr && response.body != nullptr && response.body->size() >= kLongGzip;
        if (!is_long) compress(response);
        if (is_long && executor_->submit([send, method, respond, response](const std::stop_token&) mutable {
              compress(response);
              send(method, respond, std::move(response));
            }))
          return;
        send(method, respond, std::move(response));
      };
}

void Api::admit(std::shared_ptr<Call> call, Respond respond) {
  // The guard may come back when handle() has long returned.
  const auto& asked = *call;
  state_.guard->admit(asked,
                      [this, call = std::move(call), respond = std::move(respond)](Admission admission) {
                        // Which is no more needed, unless another replica is to judge it, too.
                        if (forwarder_ == nullptr) call->request.authorization.clear();
                        call->permit = std::move(admission.permit);
                        call->audit = std::move(admission.audit);
                        Respond answer = [this, call, respond](Response response) {
                          if (call->audit != nullptr) state_.guard->finish(*call->audit, response);
                          response.headers.emplace_back("Vary", "Authorization");
                          respond(std::move(response));
                        };
                        if (admission.refusal) return answer(std::move(*admission.refusal));
                        dispatch(call, std::move(answer));
                      });
}

void Api::dispatch(std::shared_ptr<const Call> call, Respond respond) {
  const auto& method = *call->method;
  if (method.ready != nullptr) {
    if (auto ready = method.ready(state_, *call)) return respond(std::move(*ready));
  }
  if (executor_ == nullptr || !is_long(*call, state_.policy.compatibility))
    return method.handler(state_, std::move(call), std::move(respond));
  const bool taken = executor_->submit(
      [this, call, respond](const std::stop_token&) { call->method->handler(state_, call, respond); });
  if (!taken)
    respond(problem(503, "too many requests that take long wait for an answer; try again in a second"));
}

}  // namespace toolhive::registry
