#include "registry/api/mcp_request.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "controller/base/base64.hpp"
#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::registry {
namespace {

// Of arrays and objects in each other; arguments here are flat.
constexpr std::size_t kDeepestMessage = 32;
constexpr std::size_t kMostShown = 100;

bool is_one_of(const auto& versions, std::string_view version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

McpRefusal refusal(std::int64_t code, std::string message) {
  return {.code = code, .message = std::move(message)};
}

std::string shown(std::string_view text) {
  return "'" + cleaned(text, kMostShown) + "'";  // a header may have any bytes
}

// What Mcp-Name says (2026-07-28, "Value Encoding"). None when it is no base64.
std::optional<std::string> decoded(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?", kSuffix = "?=";
  if (!value.starts_with(kPrefix) || !value.ends_with(kSuffix) ||
      value.size() < kPrefix.size() + kSuffix.size())
    return std::string(value);
  value.remove_prefix(kPrefix.size());
  value.remove_suffix(kSuffix.size());
  return decode_base64(value);
}

std::optional<McpRefusal> mismatch(std::string_view header, std::string_view value, std::string_view body) {
  if (value == body) return std::nullopt;
  return refusal(mcp::kHeaderMismatch,
                 "Header mismatch: " + std::string(header) +
                     (value.empty() ? " is missing" : " header value " + shown(value)) +
                     (value.empty() ? ", the body says " : " does not match body value ") + shown(body));
}

std::optional<McpRefusal> check_headers(const Request& request, const mcp::RpcMessage& message,
                                        const std::string& body_version) {
  if (auto wrong = mismatch("Mcp-Method", request.mcp.method, message.method)) return wrong;
  if (message.method == "tools/call") {
    const auto name = decoded(request.mcp.name);
    if (!name) return refusal(mcp::kHeaderMismatch, "Header mismatch: Mcp-Name is no base64");
    if (auto wrong = mismatch("Mcp-Name", *name, string_member(*message.params, "name"))) return wrong;
  }
  return mismatch("MCP-Protocol-Version", request.mcp.version, body_version);
}

std::optional<McpRefusal> check_version(const std::string& version) {
  if (is_one_of(mcp::kModernVersions, version)) return std::nullopt;
  auto wrong = refusal(mcp::kUnsupportedVersion, "Unsupported protocol version");
  toolhive::Json supported = toolhive::Json::array();
  for (const auto each : mcp::kModernVersions) supported.push_back(each);
  for (const auto each : mcp::kLegacyVersions) supported.push_back(each);
  wrong.data = std::make_shared<const toolhive::Json>(
      toolhive::Json{{"supported", std::move(supported)}, {"requested", cleaned(version, kMostShown)}});
  return wrong;
}

std::optional<McpRefusal> check_modern(const Request& request, const mcp::RpcMessage& message) {
  const toolhive::Json* const meta = value_at(*message.params, "/_meta");
  if (meta == nullptr || !meta->is_object())
    return refusal(mcp::kInvalidParams, "Invalid params: _meta is missing or no object");
  const auto version = string_member(*meta, mcp::kMetaVersion);
  if (version.empty())
    return refusal(mcp::kInvalidParams, std::string("Invalid params: _meta lacks ") + mcp::kMetaVersion);
  if (auto wrong = check_headers(request, message, version)) return wrong;
  if (auto wrong = check_version(version)) return wrong;
  if (!meta->contains(mcp::kMetaClientCapabilities) || !(*meta)[mcp::kMetaClientCapabilities].is_object())
    return refusal(mcp::kInvalidParams,
                   std::string("Invalid params: _meta lacks ") + mcp::kMetaClientCapabilities);
  return std::nullopt;
}

// A client that says nothing of its version is one of before there was a header for it.
bool is_legacy(const Request& request, const mcp::RpcMessage& message) {
  const toolhive::Json* const meta = value_at(*message.params, "/_meta");
  if (meta != nullptr && meta->is_object() && meta->contains(mcp::kMetaVersion)) return false;
  return request.mcp.version.empty() || is_one_of(mcp::kLegacyVersions, request.mcp.version);
}

std::variant<McpRequest, McpRefusal> unreadable(std::string_view body, const toolhive::Status& why) {
  const bool is_json = toolhive::Json::accept(body);
  return refusal(is_json ? mcp::kInvalidRequest : mcp::kParseError, why.message());
}

}  // namespace

std::variant<McpRequest, McpRefusal> read_mcp_request(const Request& request) {
  auto message = mcp::parse_rpc(request.body, kDeepestMessage);
  if (!message.ok()) return unreadable(request.body, message.status());
  using Kind = mcp::RpcMessage::Kind;
  if (message->kind != Kind::Request && message->kind != Kind::Notification)
    return refusal(mcp::kInvalidRequest, "nothing was asked that this could be the answer to");
  if (message->params == nullptr)
    message->params = std::make_shared<const toolhive::Json>(toolhive::Json::object());
  std::optional<McpRefusal> wrong;
  if (!message->params->is_object())
    wrong = refusal(mcp::kInvalidParams, "Invalid params: they are no object");
  const bool legacy = !wrong && is_legacy(request, *message);
  // The transport has no rules for the headers of notifications.
  if (!wrong && !legacy && message->kind == Kind::Request) wrong = check_modern(request, *message);
  if (wrong) {
    wrong->id = message->id;
    return std::move(*wrong);
  }
  return McpRequest{legacy ? McpRequest::Era::Legacy : McpRequest::Era::Modern, *std::move(message)};
}

bool is_from_foreign_page(const Request& request) {
  std::string_view origin = request.mcp.origin;
  if (origin.empty()) return false;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) origin.remove_prefix(scheme.size());
  }
  for (const std::string_view host : {"localhost", "127.0.0.1", "[::1]"}) {
    if (origin == host || (origin.starts_with(host) && origin[host.size()] == ':')) return false;
  }
  return true;
}

}  // namespace toolhive::registry
