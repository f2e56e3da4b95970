#include "controller/mcp/client/endpoint.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/base64.hpp"
#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::mcp {

namespace {

constexpr Duration kUsualRetry =
    std::chrono::seconds(1);  // before a stream is gone on with, unless the server says
constexpr const char* kBothTypes = "application/json, text/event-stream";
constexpr const char* kStream = "text/event-stream";

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// What Mcp-Name mirrors (2026-07-28, "Standard Request Headers").
std::string name_of(const std::string& method, const Json& params) {
  if (method == "tools/call" || method == "prompts/get") return string_member(params, "name");
  return method == "resources/read" ? string_member(params, "uri") : std::string();
}

// As the header says it (2026-07-28, "Value Encoding").
std::string header_value(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; }) &&
                     !text.starts_with(' ') && !text.ends_with(' ') && !text.starts_with("=?base64?");
  return plain ? text : "=?base64?" + encode_base64(text) + "?=";
}

bool has_header(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
    return std::equal(name.begin(), name.end(), header.first.begin(), header.first.end(),
                      [](char a, char b) { return a == (b | 0x20); });
  });
}

// Whether the server did not take the message at all.
StatusOr<bool> ignore(const HttpHead&, std::string_view) {
  return false;
}

}  // namespace

std::string answer_to(const RpcMessage& request) {
  return request.method == "ping"
             ? rpc_result(*request.id, Json::object())
             : rpc_error(*request.id, kMethodNotFound, "this client does not offer " + request.method);
}

StatusOr<std::unique_ptr<Endpoint>> Endpoint::make(const Options& options) {
  StatusOr<Url> url = Url::parse(options.url);
  if (!url.ok()) return url.status();
  if (Status headers = check_headers(options.headers); !headers.ok()) return headers;
  if (options.oauth && has_header(options.headers, "authorization"))
    return Status(Code::Invalid,
                  "OAuth and a header Authorization cannot be used together; give one of them");
  StatusOr<AddressPolicy> policy = AddressPolicy::make(options.addresses);
  if (!policy.ok()) return policy.status();
  StatusOr<HttpClient> http = HttpClient::make(options.authorities, *std::move(policy), options.limits.http);
  if (!http.ok()) return http.status();
  std::unique_ptr<TokenSource> tokens;
  if (options.oauth) {
    auto made = TokenSource::make(*options.oauth, url->shown(), *http);
    if (!made.ok()) return made.status();
    tokens = *std::move(made);
  }
  std::unique_ptr<Endpoint> endpoint(new Endpoint(options, *std::move(url), *std::move(http)));
  endpoint->tokens_ = std::move(tokens);
  return endpoint;
}

Json Endpoint::with_meta(const Protocol& protocol, Json params) const {
  if (!protocol.modern) return params;
  Json& meta = params["_meta"];
  meta[kMetaVersion] = protocol.version;
  meta[kMetaClientInfo] = {{"name", options_.client_name}, {"version", options_.client_version}};
  meta[kMetaClientCapabilities] = Json::object();
  return params;
}

Headers Endpoint::headers_for(const Protocol& protocol, const std::string& method, const Json& params) const {
  Headers headers;
  // Version 2025-06-18 brought the header; texts of versions compare as they do.
  if (protocol.version >= "2025-06-18") headers.emplace_back("MCP-Protocol-Version", protocol.version);
  if (!protocol.session_id.empty()) headers.emplace_back("Mcp-Session-Id", protocol.session_id);
  if (!protocol.modern || method.empty()) return headers;
  headers.emplace_back("Mcp-Method", method);
  const std::string name = name_of(method, params);
  if (!name.empty()) headers.emplace_back("Mcp-Name", header_value(name));
  return headers;
}

HttpRequest Endpoint::post(const Headers& headers, std::string body) const {
  HttpRequest request{.method = "POST", .url = url_, .headers = headers, .body = std::move(body)};
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", kBothTypes);
  return request;
}

HttpRequest Endpoint::get(const Protocol& protocol) const {
  HttpRequest request{.method = "GET", .url = url_, .headers = headers_for(protocol, {}, {}), .body = {}};
  request.headers.emplace_back("Accept", kStream);
  return request;
}

HttpRequest Endpoint::end_of(const Protocol& protocol) const {
  return {.method = "DELETE", .url = url_, .headers = headers_for(protocol, {}, {}), .body = {}};
}

StatusOr<Answer> Endpoint::request(const Context& ctx, const Protocol& protocol, const std::string& method,
                                   const Json& params) {
  const std::int64_t id = ++last_id_;
  const HttpRequest request =
      post(headers_for(protocol, method, params), rpc_request(id, method, with_meta(protocol, params)));
  StatusOr<Answer> answer = ask(ctx, protocol, request, id);
  if (!tokens_ || !answer.ok() || answer->http_status != 401) return answer;
  tokens_->forget();
  return ask(ctx, protocol, request, id);
}

StatusOr<Answer> Endpoint::ask(const Context& ctx, const Protocol& protocol, const HttpRequest& request,
                               std::int64_t id) {
  ReplyReader reader(id, options_.limits,
                     [&](const RpcMessage& asked) { answer_server(ctx, protocol, asked); });
  const BodySink sink = [&](const HttpHead& head, std::string_view bytes) {
    return reader.take(head, bytes);
  };
  StatusOr<HttpHead> head = send(ctx, request, sink);
  for (int i = 0;; ++i) {
    const bool broken = !head.ok() && head.status().code() == Code::Unavailable;
    if (!head.ok() && !broken) return head.status();
    StatusOr<Answer> answer = broken ? StatusOr<Answer>(head.status()) : reader.finish(*head);
    const bool whole = answer.ok() && (answer->message || answer->http_status / 100 != 2);
    if (whole || (!answer.ok() && !broken)) return answer;
    if (protocol.modern || reader.last_event_id().empty() || i == options_.limits.reconnects)
      return broken ? head.status()
                    : Status(Code::Unavailable, "the stream of events ended before the answer");
    head = reconnect(ctx, protocol, reader);
  }
}

// 2025-11-25, "Resumability and Redelivery".
StatusOr<HttpHead> Endpoint::reconnect(const Context& ctx, const Protocol& protocol, ReplyReader& reader) {
  const Duration wait = reader.retry() ? Duration(*reader.retry()) : kUsualRetry;
  if (wait > options_.limits.longest_retry)
    return Status(Code::Timeout,
                  "the stream of events broke off, and the server asks to wait too long before it goes on");
  if (ctx.clock.now() + wait > ctx.deadline || !sleep_for(ctx.clock, wait, ctx.stop))
    return Status(Code::Timeout, "no time is left to go on with a stream of events that broke off");
  HttpRequest request = get(protocol);
  request.headers.emplace_back("Last-Event-ID", reader.last_event_id());
  reader.reconnect();
  return send(ctx, request,
              [&](const HttpHead& head, std::string_view bytes) { return reader.take(head, bytes); });
}

// While the stream waits: a server may not go on before it has the answer.
void Endpoint::answer_server(const Context& ctx, const Protocol& protocol, const RpcMessage& request) {
  if (protocol.modern) return;  // its servers make none; what cannot be is not answered
  // Whether it arrived is the server's concern, which waits for it or does not.
  static_cast<void>(send(ctx, post(headers_for(protocol, {}, {}), answer_to(request)), ignore));
}

Status Endpoint::notify(const Context& ctx, const Protocol& protocol, const std::string& method) {
  const StatusOr<HttpHead> head =
      send(ctx, post(headers_for(protocol, method, {}), rpc_notification(method)), ignore);
  if (!head.ok()) return head.status();
  return head->status / 100 == 2 ? Status() : failure_of(answer_of(*head));
}

void Endpoint::end_session(const Context& ctx, const Protocol& protocol) {
  static_cast<void>(send(ctx, end_of(protocol), ignore));
}

StatusOr<Subscription> Endpoint::subscription(const Context& ctx, const Protocol& protocol) {
  Subscription subscription{.http = http_, .open = get(protocol), .id = {}, .answer = {}, .close = {}};
  if (protocol.modern) {
    subscription.id = ++last_id_;
    const std::string method = "subscriptions/listen";
    const Json params = with_meta(protocol, {{"notifications", {{"toolsListChanged", true}}}});
    subscription.open =
        post(headers_for(protocol, method, params), rpc_request(*subscription.id, method, params));
  } else {
    subscription.answer = post(headers_for(protocol, {}, {}), {});
    if (!protocol.session_id.empty()) subscription.close = end_of(protocol);
  }
  for (HttpRequest* const request :
       {&subscription.open, subscription.answer ? &*subscription.answer : nullptr,
        subscription.close ? &*subscription.close : nullptr}) {
    if (request == nullptr) continue;
    StatusOr<HttpRequest> with_all = sign(ctx, std::move(*request));
    if (!with_all.ok()) return with_all.status();
    *request = *std::move(with_all);
  }
  return subscription;
}

// Follows redirects within the origin: many servers send "/mcp" to "/mcp/".
StatusOr<HttpHead> Endpoint::send(const Context& ctx, HttpRequest request, const BodySink& sink) {
  for (int i = 0; i <= options_.limits.redirects; ++i) {
    request.url = url_;
    StatusOr<HttpHead> head = send_once(ctx, request, sink);
    if (!head.ok() || !is_redirect(head->status)) return head;
    if (Status followed = follow(*head); !followed.ok()) return followed;
  }
  return Status(Code::Invalid, "the server redirects more than " + std::to_string(options_.limits.redirects) +
                                   " times; give the URL where it ends");
}

StatusOr<HttpRequest> Endpoint::sign(const Context& ctx, HttpRequest request) {
  request.headers.emplace_back("User-Agent", options_.client_name + "/" + options_.client_version);
  request.headers.insert(request.headers.end(), options_.headers.begin(), options_.headers.end());
  if (tokens_) {
    const StatusOr<std::string> token = tokens_->token(ctx);
    if (!token.ok()) return token.status().with_context("signing in by OAuth").with_reason("SignInFailed");
    request.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  return request;
}

StatusOr<HttpHead> Endpoint::send_once(const Context& ctx, HttpRequest request, const BodySink& sink) {
  const StatusOr<HttpRequest> signed_request = sign(ctx, std::move(request));
  if (!signed_request.ok()) return signed_request.status();
  return http_.send(ctx, *signed_request,
                    [&](const HttpHead& head, std::string_view bytes) -> StatusOr<bool> {
                      return is_redirect(head.status) ? StatusOr<bool>(false) : sink(head, bytes);
                    });
}

Status Endpoint::follow(const HttpHead& head) {
  const StatusOr<Url> to = url_.resolve(head.header("location"));
  if (!to.ok())
    return {Code::Invalid, "the server redirects to what is no URL; give the URL of its MCP endpoint"};
  if (to->origin() != url_.origin() || (head.status != 307 && head.status != 308))
    return {Code::Invalid,
            "the server redirects to " + cleaned(to->shown(), 256) +
                (to->origin() == url_.origin()
                     ? " in a way that loses the request (HTTP " + std::to_string(head.status) + ")"
                     : ", another origin, to which nothing is sent") +
                "; give the URL of its MCP endpoint"};
  url_ = *to;
  return {};
}

}  // namespace toolhive::mcp
