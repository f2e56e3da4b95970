// The Status of a reply that is not 2xx.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/json_text.hpp"
#include "controller/kube/transport/transport.hpp"

namespace toolhive::kube {

namespace {

Code code_of_http(int status) {
  switch (status) {
    case 400:
    case 406:
    case 413:
    case 415:
    case 422:
      return Code::Invalid;
    case 401:
      return Code::Unauthorized;
    case 403:
      return Code::Forbidden;
    case 404:
      return Code::NotFound;
    case 409:
      return Code::Conflict;
    case 410:
      return Code::Expired;
    case 429:
      return Code::TooManyRequests;
    case 504:
      return Code::Timeout;
    default:
      return status >= 500 ? Code::Unavailable : Code::Invalid;
  }
}

// Reasons that say more than the HTTP status; metav1.StatusReason.
Code code_of(int status, std::string_view reason, std::string_view message) {
  // Server-side apply of a value whose type is not the schema's: the caller's fault, answered as
  // the server's.
  if (status == 500 && message.find("failed to create typed patch object") != std::string_view::npos)
    return Code::Invalid;
  if (reason == "AlreadyExists") return Code::AlreadyExists;
  if (reason == "Expired" || reason == "Gone") return Code::Expired;
  if (reason == "Timeout" || reason == "ServerTimeout") return Code::Timeout;
  return code_of_http(status);
}

// details.causes with their field paths, as far as the message does not repeat them anyway.
std::string causes(const Json& details, const std::string& message) {
  const auto list = details.find("causes");
  if (list == details.end() || !list->is_array()) return {};
  std::string all;
  for (const Json& cause : *list) {
    if (!cause.is_object()) continue;
    const std::string field = string_member(cause, "field");
    const std::string what = string_member(cause, "message");
    if (what.empty() || message.find(what) != std::string::npos) continue;
    all += (all.empty() ? " (" : "; ") + (field.empty() ? what : field + ": " + what);
  }
  return all.empty() ? all : all + ")";
}

// The first line of a body that is no Status, without what could disturb a log.
std::string excerpt(std::string_view body) {
  constexpr std::size_t kLongest = 200;
  std::string line(body.substr(0, std::min(body.find('\n'), kLongest)));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
  }
  return line;
}

std::optional<std::chrono::milliseconds> seconds(std::string_view value) {
  int number = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || stop != value.data() + value.size() || number < 0) return std::nullopt;
  return std::chrono::seconds(number);
}

}  // namespace

Status error_from_response(const HttpResponse& response) {
  const StatusOr<Json> document = parse_json(response.body);
  const Json body = document.ok() ? *document : Json();
  std::string message;
  std::string reason;
  std::optional<std::chrono::milliseconds> retry_after;
  if (body.is_object() && string_member(body, "kind") == "Status") {
    message = string_member(body, "message");
    reason = string_member(body, "reason");
    if (const auto details = body.find("details"); details != body.end() && details->is_object()) {
      message += causes(*details, message);
      const auto wait = details->find("retryAfterSeconds");
      if (wait != details->end() && wait->is_number_integer() && wait->get<std::int64_t>() > 0)
        retry_after = std::chrono::seconds(std::min<std::int64_t>(wait->get<std::int64_t>(), 86400));
    }
  }
  if (message.empty()) {
    message = "the API server answered " + std::to_string(response.status);
    if (!response.body.empty()) message += ": " + excerpt(response.body);
  }
  if (!response.hint.empty()) message += " (" + response.hint + ")";
  if (const auto header = response.headers.find("retry-after"); header != response.headers.end()) {
    if (const auto wait = seconds(header->second)) retry_after = wait;
  }
  const Code code = code_of(response.status, reason, message);
  Status status = Status(code, std::move(message)).with_http_status(response.status);
  if (!reason.empty()) status = status.with_reason(std::move(reason));
  if (retry_after) status = status.with_retry_after(*retry_after);
  return status;
}

}  // namespace toolhive::kube
