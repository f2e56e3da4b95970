#include "controller/bridge/request_rules.hpp"

#include <algorithm>
#include <string_view>

#include "controller/base/base64.hpp"
#include "controller/bridge/message_text.hpp"
#include "controller/bridge/server_facts.hpp"
#include "controller/http/text.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::bridge {

namespace {

constexpr const char* kVersionHeader = "MCP-Protocol-Version";

std::string header(const http::Headers& headers, const char* name) {
  const std::string* const value = headers.find(name);
  return value == nullptr ? std::string() : *value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// "http://localhost:8080" and the like.
bool is_loopback(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = origin.substr(scheme + 3);
  const std::size_t port = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  host = host.substr(0, port);
  return http::equal_ignoring_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

// Whether one of the media ranges of an Accept header takes `type` (RFC 9110, section 12.5.1).
bool accepts(const http::Headers& headers, std::string_view type) {
  const std::string* const value = headers.find("Accept");
  if (value == nullptr) return true;
  const std::string_view group = type.substr(0, type.find('/'));
  for (std::string_view rest = *value; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    std::string_view range = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    range = trimmed(range.substr(0, range.find(';')));
    const bool any = range == "*/*" || range == std::string(group) + "/*";
    if (any || http::equal_ignoring_case(range, type)) return true;
  }
  return false;
}

RuleBreach not_accepted(std::string_view types) {
  return {406, kServerError, "The Accept header must list " + std::string(types) + "."};
}

RuleBreach mismatch(const std::string& why) {
  return {400, mcp::kHeaderMismatch, "Header mismatch: " + why};
}

// A value that a header cannot carry comes in base64 (2026-07-28, streamable-http, "Value
// Encoding"). Nothing when that is broken.
std::optional<std::string> decoded(const std::string& value) {
  constexpr std::string_view kPrefix = "=?base64?";
  constexpr std::string_view kSuffix = "?=";
  if (!value.starts_with(kPrefix) || !value.ends_with(kSuffix) ||
      value.size() < kPrefix.size() + kSuffix.size())
    return value;
  return decode_base64(value.substr(kPrefix.size(), value.size() - kPrefix.size() - kSuffix.size()));
}

std::optional<RuleBreach> check_same(const http::Headers& headers, const char* name,
                                     const std::string& in_message) {
  const std::string* const value = headers.find(name);
  if (value == nullptr) return mismatch(std::string(name) + " is missing");
  const std::optional<std::string> said = decoded(*value);
  if (said && *said == in_message) return std::nullopt;
  return mismatch(std::string(name) + " does not say what the message does");
}

}  // namespace

std::optional<RuleBreach> check_origin(const http::Headers& headers,
                                       const std::vector<std::string>& allowed) {
  const std::string* const origin = headers.find("Origin");
  if (origin == nullptr || is_loopback(*origin)) return std::nullopt;
  const bool listed = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& each) {
    return each == "*" || http::equal_ignoring_case(each, *origin);
  });
  if (listed) return std::nullopt;
  return RuleBreach{403, kServerError, "Requests from pages of this origin are not allowed."};
}

std::optional<RuleBreach> check_post(const http::Headers& headers) {
  const std::string type = header(headers, "Content-Type");
  if (!http::equal_ignoring_case(trimmed(std::string_view(type).substr(0, type.find(';'))),
                                 "application/json"))
    return RuleBreach{415, kServerError, "The Content-Type must be application/json."};
  if (!accepts(headers, "application/json") || !accepts(headers, "text/event-stream"))
    return not_accepted("application/json and text/event-stream");
  return std::nullopt;
}

std::optional<RuleBreach> check_get(const http::Headers& headers) {
  if (!accepts(headers, "text/event-stream")) return not_accepted("text/event-stream");
  return std::nullopt;
}

bool is_modern(const http::Headers& headers, const Message& message) {
  if (message.has(Part::MetaVersion)) return true;
  if (headers.find("Mcp-Session-Id") != nullptr || message.string(Part::Method) == "initialize") return false;
  return is_modern_version(header(headers, kVersionHeader)) || headers.find("Mcp-Method") != nullptr;
}

std::optional<RuleBreach> check_modern(const http::Headers& headers, const Message& message) {
  if (message.kind() == Message::Kind::Notification) return std::nullopt;  // the version says nothing of them
  if (!message.is_string(Part::MetaVersion) || !message.has(Part::MetaClientCapabilities))
    return RuleBreach{400, kInvalidParams,
                      "params._meta must name the protocol version and the client's "
                      "capabilities."};
  if (auto breach = check_same(headers, kVersionHeader, message.string(Part::MetaVersion))) return breach;
  const std::string method = message.string(Part::Method);
  if (auto breach = check_same(headers, "Mcp-Method", method)) return breach;
  if (method == "tools/call" || method == "prompts/get")
    return check_same(headers, "Mcp-Name", message.string(Part::Name));
  if (method == "resources/read") return check_same(headers, "Mcp-Name", message.string(Part::Uri));
  return std::nullopt;
}

std::optional<RuleBreach> check_legacy(const http::Headers& headers) {
  const std::string version = header(headers, kVersionHeader);
  if (version.empty() || is_legacy_version(version)) return std::nullopt;
  return RuleBreach{400, kServerError, "The protocol version of the header is not known."};
}

}  // namespace toolhive::bridge
