#include "registry/api/mcp_endpoint.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>

#include "controller/mcp/message/protocol.hpp"
#include "registry/api/json_body.hpp"
#include "registry/api/mcp_methods.hpp"
#include "registry/api/mcp_request.hpp"
#include "registry/api/problem.hpp"

namespace toolhive::registry {
namespace {

Response refused(const McpRefusal& refusal) {
  return Response::text(refusal.status, kJson,
                        mcp::rpc_error(refusal.id, refusal.code, refusal.message, refusal.data));
}

// Of a message. Names and words are all that is sent here.
constexpr std::size_t kMostBytes = 64 * 1024;

Response answer(ApiState& state, const Call& call) {
  if (!state.serves_mcp) return problem(404, "this registry is configured not to serve MCP (mcp: false)");
  if (is_from_foreign_page(call.request)) {
    return refused({.status = 403,
                    .code = mcp::kInvalidRequest,
                    .message =
                        "pages of other machines are not served: the Origin header must name this one, "
                        "or be left out"});
  }
  if (auto ok = check_json_body(call.request); !ok) return problem(ok.error());
  if (call.request.body.size() > kMostBytes)
    return problem(413, "a message has at most " + std::to_string(kMostBytes) + " bytes here");
  auto read = read_mcp_request(call.request);
  if (const auto* refusal = std::get_if<McpRefusal>(&read)) return refused(*refusal);
  const auto& request = std::get<McpRequest>(read);
  if (request.message.kind == mcp::RpcMessage::Kind::Notification) {
    Response accepted;
    accepted.status = 202;
    return accepted;
  }
  auto answered = answer_mcp(state, call, request);
  if (const auto* result = std::get_if<std::string>(&answered))
    return Response::text(200, kJson, mcp::rpc_result_text(*request.message.id, *result));
  auto& refusal = std::get<McpRefusal>(answered);
  refusal.id = request.message.id;
  // Before 2026-07-28 an error is an answer like any other.
  if (request.era == McpRequest::Era::Legacy) refusal.status = 200;
  return refused(refusal);
}

}  // namespace

void serve_mcp(ApiState& state, std::shared_ptr<const Call> call, Respond respond) {
  respond(answer(state, *call));
}

}  // namespace toolhive::registry
