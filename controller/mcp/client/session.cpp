#include "controller/mcp/client/session.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"
#include "controller/mcp/client/server_info.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestSessionId = 1024;
constexpr Duration kLongestFarewell = std::chrono::seconds(2);

// 2025-11-25, "Session Management": visible ASCII characters.
bool is_session_id(const std::string& id) {
  return id.size() <= kLongestSessionId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x21 && c <= 0x7E; });
}

// 2026-07-28, "ResultType": an absent one is complete, an unknown one invalid.
Status check_complete(const Json& result) {
  if (!result.contains("resultType") || string_member(result, "resultType") == "complete") return {};
  return {Code::Decode, "the result is not complete but \"" +
                            cleaned(string_member(result, "resultType"), 64) +
                            "\": the server asks for what this client does not offer"};
}

}  // namespace

Session Session::modern(Endpoint& endpoint, ServerInfo server) {
  Session session(endpoint, {.version = server.protocol_version, .modern = true, .session_id = {}});
  session.server_ = std::move(server);
  return session;
}

StatusOr<Session> Session::initialize(const Context& ctx, Endpoint& endpoint, const std::string& version) {
  Session session(endpoint, {});
  const Options& options = endpoint.options();
  const StatusOr<Answer> answer = endpoint.request(
      ctx, session.protocol_, "initialize",
      {{"protocolVersion", version},
       {"capabilities", Json::object()},
       {"clientInfo", {{"name", options.client_name}, {"version", options.client_version}}}});
  if (!answer.ok()) return answer.status().with_context("initialize");
  if (Status taken = session.take(*answer); !taken.ok()) return taken.with_context("initialize");
  const Status notified = endpoint.notify(ctx, session.protocol_, "notifications/initialized");
  if (!notified.ok()) return notified.with_context("notifications/initialized");
  return session;
}

Status Session::take(const Answer& initialized) {
  if (Status failed = failure_of(initialized); !failed.ok()) return failed;
  StatusOr<ServerInfo> server =
      initialized_server(*initialized.message->result, endpoint_->options().limits.text);
  if (!server.ok()) return server.status();
  if (!is_session_id(initialized.session_id))
    return {
        Code::Decode,
        "the server's session id is longer than 1,024 bytes or holds other than visible ASCII characters"};
  server_ = *std::move(server);
  protocol_ = {.version = server_.protocol_version, .modern = false, .session_id = initialized.session_id};
  return {};
}

StatusOr<Result> Session::request(const Context& ctx, const std::string& method, const Json& params) {
  const StatusOr<Answer> answer = endpoint_->request(ctx, protocol_, method, params);
  if (!answer.ok()) return answer.status();
  if (answer->http_status == 404 && !protocol_.session_id.empty())
    return Status(Code::Expired, "the server has ended the session").with_http_status(404);
  if (Status failed = failure_of(*answer); !failed.ok())
    return failed.with_reason(std::to_string(answer->error_code()));
  if (Status complete = check_complete(*answer->message->result); !complete.ok()) return complete;
  return Result{answer->message->result, answer->bytes};
}

void Session::close(const Context& ctx) {
  if (!protocol_.session_id.empty()) endpoint_->end_session(ctx.with_timeout(kLongestFarewell), protocol_);
}

}  // namespace toolhive::mcp
