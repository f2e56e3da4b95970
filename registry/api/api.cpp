#include "registry/api/api.hpp"

#include <chrono>

#include "registry/api/cached_list.hpp"
#include "registry/api/diff.hpp"
#include "registry/api/encoding.hpp"
#include "registry/api/guard.hpp"
#include "registry/api/lane.hpp"
#include "registry/api/list.hpp"
#include "registry/api/openapi.hpp"
#include "registry/api/page.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reads.hpp"
#include "registry/api/reply.hpp"
#include "registry/api/server_reads.hpp"
#include "registry/api/server_writes.hpp"
#include "registry/api/writes.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {
namespace {

using Kind = Route::Kind;

/// What every response has.
constexpr std::string_view kCommonLines =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: ETag, Retry-After, WWW-Authenticate, X-Request-Id\r\n"
    "X-Content-Type-Options: nosniff\r\n";

/// What pages of other origins may send with a read: everything, as consoles add headers of their tracing. A `*` does
/// not stand for Authorization, and for browsers before 2022 for nothing at all.
constexpr std::string_view kAllowedHeaders =
    "*, Authorization, Baggage, Cache-Control, Content-Type, If-None-Match, MCP-Protocol-Version, "
    "Traceparent, Tracestate, X-Request-Id";

bool is_allowed(Kind kind, std::string_view method) {
  auto rest = allowed_methods(kind);
  while (!rest.empty()) {
    const auto end = rest.find(", ");
    if (rest.substr(0, end) == method) return true;
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 2);
  }
  return false;
}

/// A preflight request, or any OPTIONS. Pages of other origins may read; writing from a browser is not
/// offered to them.
Response options(Kind kind) {
  Response response;
  response.status = 204;
  response.headers = {{"Allow", std::string(allowed_methods(kind))},
                      {"Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"},
                      {"Access-Control-Allow-Headers", std::string(kAllowedHeaders)},
                      {"Access-Control-Max-Age", "86400"}};
  return response;
}

Response not_allowed(Kind kind, std::string_view method) {
  auto response = problem(405, std::string(method.substr(0, 20)) + " is not possible here; possible are " +
                                   std::string(allowed_methods(kind)));
  response.headers.emplace_back("Allow", std::string(allowed_methods(kind)));
  return response;
}

std::string_view query_of(const Request& request) {
  const auto question = request.target.find('?');
  return question == std::string::npos ? std::string_view()
                                       : std::string_view(request.target).substr(question + 1);
}

// A request that is answered later.
struct Asked {
  Route route;
  Request request;
  Api::Respond respond;
};

// Bytes that take a millisecond: to check a definition of so many, and to compress so many.
constexpr std::size_t kLongBody = 16 * 1024;
constexpr std::size_t kLongGzip = 64 * 1024;
// Eight of the largest pages, whose readers are slow.
constexpr std::size_t kMostUnsent = std::size_t{64} << 20;

Response starting() {
  return problem(503, "the registry is starting: it is reading its store; try again in a second");
}

}  // namespace

Api::Api(ToolPolicy policy, Metrics& metrics)
    : policy_(std::move(policy)), metrics_(metrics), unsent_(kMostUnsent) {}

void Api::handle(const Request& request, Respond respond) {
  const auto start = std::chrono::steady_clock::now();
  const auto route = route_path(std::string_view(request.target).substr(0, request.target.find('?')));
  const auto kind = route ? route->kind : Kind::Unknown;

  // Called once, wherever the answer is made.
  auto finish = [this, start, kind, method = request.method, gzip = accepts_gzip(request.accept_encoding),
                 respond = std::move(respond)](Response response) {
    // Also of a 304, which says what the answer with a body would (RFC 9110, section 15.4.5).
    if (response.body != nullptr || response.status == 304)
      response.headers.emplace_back("Vary", "Accept-Encoding");
    response.lines = kCommonLines;
    const auto send = [this, start, kind](const std::string& by, const Respond& to, Response sent) {
      unsent_.hold(sent);
      metrics_.request(kind, by, sent.status, std::chrono::steady_clock::now() - start);
      to(std::move(sent));
    };
    if (!gzip) return send(method, respond, std::move(response));
    const bool is_long = lane_ != nullptr && response.body != nullptr && response.body->size() >= kLongGzip;
    if (!is_long) compress(response);
    if (is_long && lane_->run([send, method, respond, response]() mutable {
          compress(response);
          send(method, respond, std::move(response));
        }))
      return;
    send(method, respond, std::move(response));
  };

  if (!route) return finish(problem(route.error()));
  if (kind == Kind::Unknown) {
    return finish(problem(
        404, "there is nothing at this path; tools are at /api/v1/tools, and a page for people is at /"));
  }
  if (!is_allowed(kind, request.method)) return finish(not_allowed(kind, request.method));
  if (request.method == "OPTIONS") return finish(options(kind));
  if (guard_ != nullptr) return guard(*route, request, std::move(finish));
  dispatch(*route, request, std::move(finish));
}

void Api::guard(const Route& route, const Request& request, Respond respond) {
  // The guard may come back when handle() has long returned.
  auto asked = std::make_shared<Asked>(Asked{route, request, std::move(respond)});
  guard_->admit(asked->route, asked->request, [this, asked](Admission admission) {
    asked->request.authorization.clear();
    asked->request.permit = std::move(admission.permit);
    asked->request.audit = std::move(admission.audit);
    Respond answer = [this, asked](Response response) {
      if (asked->request.audit != nullptr) guard_->finish(*asked->request.audit, response);
      response.headers.emplace_back("Vary", "Authorization");
      asked->respond(std::move(response));
    };
    if (admission.refusal) return answer(std::move(*admission.refusal));
    dispatch(asked->route, asked->request, std::move(answer));
  });
}

bool Api::is_long(const Route& route, const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return request.body.size() >= kLongBody;
  switch (route.kind) {
    case Kind::Tools:
    case Kind::Versions:
    case Kind::Diff:
    case Kind::Servers:
    case Kind::ServerVersions:
      return true;
    default:
      return false;
  }
}

std::optional<Response> Api::ready_answer(const Route& route, const Request& request) {
  Store* const store = store_;
  if (store == nullptr || (request.method != "GET" && request.method != "HEAD")) return std::nullopt;
  if (route.kind == Kind::Tools) return ready_list(*store->snapshot(), request, query_of(request), lists_);
  if (route.kind == Kind::Servers)
    return ready_list(*store->snapshot(), request, query_of(request), server_lists_);
  return std::nullopt;
}

void Api::dispatch(const Route& route, const Request& request, Respond respond) {
  if (auto ready = ready_answer(route, request)) return respond(std::move(*ready));
  if (lane_ == nullptr || !is_long(route, request)) return answer(route, request, std::move(respond));
  // Outlives the call, as the request's body does until it is answered.
  const auto asked = std::make_shared<Asked>(Asked{route, request, std::move(respond)});
  const bool taken = lane_->run([this, asked] { answer(asked->route, asked->request, asked->respond); });
  if (!taken)
    asked->respond(
        problem(503, "too many requests that take long wait for an answer; try again in a second"));
}

void Api::answer(const Route& route, const Request& request, Respond respond) {
  const auto query = query_of(request);
  if (request.method == "GET" || request.method == "HEAD") return respond(read(route, request, query));
  if (route.kind >= Kind::Servers) return write_server(route, request, std::move(respond));
  write(route, request, query, std::move(respond));
}

Response Api::read(const Route& route, const Request& request, std::string_view query) {
  switch (route.kind) {
    case Kind::Health:
    case Kind::ServersHealth:
      return Response::text(200, kJson, "{\"status\":\"ok\"}");
    case Kind::Ready:
      return ready();
    case Kind::Metrics:
      return metrics();
    case Kind::OpenApi:
      return Response::text(200, kJson, std::string(kOpenApi));
    case Kind::ResourceMetadata:
      return guard_ != nullptr ? guard_->metadata(request) : problem(404, "this registry asks for no tokens");
    case Kind::Page:
    case Kind::PageFile:
      return get_page(route, request);
    case Kind::ServersPing:
      return Response::text(200, kJson, "{\"pong\":true}");
    case Kind::ServersProgram:
      return Response::text(200, kJson,
                            "{\"version\":\"" TOOLHIVE_VERSION "\",\"git_commit\":\"\",\"build_time\":\"\"}");
    case Kind::Program:
      return Response::text(200, kJson, "{\"name\":\"mcp-registry\",\"version\":\"" TOOLHIVE_VERSION "\"}");
    default:
      break;
  }
  Store* const store = store_;
  if (store == nullptr) return starting();
  const auto index = store->snapshot();
  switch (route.kind) {
    case Kind::Tools:
      return get_tools(*index, request, query, lists_);
    case Kind::Tool:
      return get_tool(*index, route, request, query);
    case Kind::Versions:
      return get_versions(*index, route, request, query);
    case Kind::Diff:
      return get_diff(*index, route, request, query);
    case Kind::Version:
      return get_version(*index, route, request, query);
    default:
      return read_servers(route, request, query, *index);
  }
}

Response Api::read_servers(const Route& route, const Request& request, std::string_view query,
                           const Index& index) {
  switch (route.kind) {
    case Kind::Servers:
      return get_servers(index, request, query, server_lists_);
    case Kind::ServerVersions:
      return get_server_versions(index, route, request, query);
    default:
      return get_server_version(index, route, request, query);
  }
}

Response Api::login() const {
  if (guard_ != nullptr && guard_->asks_for_tokens()) {
    return problem(404,
                   "nobody logs in here: this registry asks for a token of its issuer; put one into the "
                   "client's token file");
  }
  // Clients want some text to send. Nobody looks at it, so that it never expires: in the last second of the year 9999.
  return Response::text(200, kJson, R"({"registry_token":"none","expires_at":253402300799})");
}

void Api::write_server(const Route& route, const Request& request, Respond respond) {
  if (route.kind == Kind::Validate) return respond(validate_server(request, policy_));
  if (route.kind == Kind::Login) return respond(login());
  Store* const store = store_;
  if (store == nullptr) return respond(starting());
  auto write = read_server_write(route, request, policy_);
  if (!write) return respond(problem(write.error()));
  if (guard_ != nullptr) {
    if (auto refusal = guard_->check_write(request, *write)) return respond(std::move(*refusal));
  }
  Request asked;
  asked.method = request.method;
  store->write(std::move(*write), [this, store, route, asked = std::move(asked),
                                   respond = std::move(respond)](const Result<WriteOutcome>& result) {
    if (!result && status_of(result.error().code) >= 500) metrics_.storage_error();
    respond(server_write_response(route, asked, result, *store->snapshot()));
  });
}

void Api::write(const Route& route, const Request& request, std::string_view query, Respond respond) {
  Store* const store = store_;
  if (store == nullptr) return respond(starting());
  const bool registration = request.method == "POST" || request.method == "PUT";
  auto write = read_write(route, request, query, policy_);
  if (!write) {
    if (registration) metrics_.registration(Metrics::Registration::Invalid);
    return respond(problem(write.error()));
  }
  if (guard_ != nullptr) {
    if (auto refusal = guard_->check_write(request, *write)) return respond(std::move(*refusal));
  }
  store->write(std::move(*write), [this, store, registration, route, method = request.method,
                                   respond = std::move(respond)](Result<WriteOutcome> result) {
    // A status was set for all versions: the answer is the tool as a GET gives it.
    if (result && method == "PATCH" && route.kind == Kind::Tool) {
      if (const auto* tool = find_live(*store->snapshot(), route.name))
        result->registration = tool->live.front();
    }
    if (registration) count_registration(result);
    if (!result && status_of(result.error().code) >= 500) metrics_.storage_error();
    respond(write_response(method, result));
  });
}

void Api::count_registration(const Result<WriteOutcome>& result) {
  using R = Metrics::Registration;
  if (result)
    return metrics_.registration(result->kind == WriteOutcome::Kind::Created ? R::Created : R::Unchanged);
  const auto code = result.error().code;
  metrics_.registration(code == Code::Conflict || code == Code::Precondition ? R::Conflict : R::Failed);
}

Response Api::ready() {
  if (stopping_) return problem(503, "the registry is stopping");
  Store* const store = store_;
  if (store == nullptr) return starting();
  const auto status = store->status();
  if (!status.ready) return problem(503, "writes are not possible: " + status.reason);
  std::string body = "{\"status\":\"ready\"";
  if (!status.writable) {
    body += R"(,"writable":false,"reason":)";
    append_json_string(body, status.reason);
  }
  // No reason to send clients elsewhere: the other replicas ask the same issuer.
  if (const auto problem = guard_ == nullptr ? std::string() : guard_->problem(); !problem.empty()) {
    body += R"(,"authentication":)";
    append_json_string(body, "tokens cannot be judged now: " + problem);
  }
  return Response::text(200, kJson, body + '}');
}

Response Api::metrics() {
  Gauges gauges;
  if (Store* const store = store_) {
    const auto index = store->snapshot();
    const auto status = store->status();
    gauges.ready = status.writable && !stopping_;
    gauges.tools = index->tools();
    gauges.versions = index->versions();
    gauges.storage_used_bytes = status.bytes;
    gauges.storage_free_bytes = status.free_bytes;
    gauges.storage_writable = status.writable;
    gauges.quarantined_records = status.quarantined;
    gauges.cache = status.cache;
  }
  for (const auto& counts : {lists_.counts(), server_lists_.counts()}) {
    gauges.list_cache_hits += counts.hits;
    gauges.list_cache_misses += counts.misses;
  }
  if (add_gauges_) add_gauges_(gauges);
  if (guard_ != nullptr) guard_->add_gauges(gauges);
  return Response::text(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.render(gauges));
}

}  // namespace toolhive::registry
