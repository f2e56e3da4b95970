#include "controller/mcp/client/answer.hpp"

#include <algorithm>
#include <charconv>

#include "controller/base/text.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestChallenge = 512;
constexpr int kLongestRetryAfter = 3600;  // seconds

struct Meaning {
  int status;
  Code code;
  const char* text;
};

// What an HTTP status says of a server, and what to do.
constexpr Meaning kMeanings[] = {
    {401, Code::Unauthorized,
     "the server is alive and asks who it is; give a header or OAuth credentials that it accepts"},
    {403, Code::Forbidden,
     "the server is alive and refuses these credentials, or this client's address or name"},
    {404, Code::NotFound, "nothing speaks MCP at this path; correct the URL"},
    {405, Code::Invalid, "nothing speaks MCP over streamable HTTP at this path; correct the URL"},
    {408, Code::Timeout, "the server gave up waiting"},
    {429, Code::TooManyRequests, "the server takes no more requests for now"},
    {503, Code::Unavailable, "the server takes no requests for now"},
    {504, Code::Timeout, "the server behind the gateway did not answer in time"},
};

Meaning meaning_of(int status) {
  const auto known = std::find_if(std::begin(kMeanings), std::end(kMeanings),
                                  [&](const Meaning& each) { return each.status == status; });
  if (known != std::end(kMeanings)) return *known;
  if (status >= 500) return {status, Code::Unavailable, "the server failed"};
  return {status, Code::Invalid, "the server refused the request"};
}

std::string details(const Answer& answer) {
  std::string text = "HTTP " + std::to_string(answer.http_status);
  if (!answer.challenge.empty()) text += "; WWW-Authenticate: " + answer.challenge;
  if (answer.message) text += "; " + answer.message->error.message;
  if (!answer.excerpt.empty()) text += "; " + answer.excerpt;
  return text;
}

}  // namespace

bool Answer::has_result() const {
  return http_status / 100 == 2 && message && message->kind == RpcMessage::Kind::Result;
}

std::int64_t Answer::error_code() const {
  return message && message->kind == RpcMessage::Kind::Error ? message->error.code : 0;
}

Answer answer_of(const HttpHead& head) {
  Answer answer;
  answer.http_status = head.status;
  answer.session_id = head.header("mcp-session-id");
  answer.challenge = cleaned(head.header("www-authenticate"), kLongestChallenge);
  answer.retry_after = read_retry_after(head.header("retry-after"));
  return answer;
}

Status failure_of(const Answer& answer) {
  if (answer.has_result()) return {};
  if (answer.http_status / 100 == 2)
    return Status(Code::Invalid, "the server answered with error " + std::to_string(answer.error_code()) +
                                     ": " + (answer.message ? answer.message->error.message : ""))
        .with_http_status(answer.http_status);
  const Meaning meaning = meaning_of(answer.http_status);
  const Status status = Status(meaning.code, std::string(meaning.text) + " (" + details(answer) + ")")
                            .with_http_status(answer.http_status);
  return answer.retry_after ? status.with_retry_after(*answer.retry_after) : status;
}

std::optional<std::chrono::milliseconds> read_retry_after(std::string_view value) {
  int seconds = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (value.empty() || stop != value.data() + value.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(error == std::errc() ? std::min(seconds, kLongestRetryAfter)
                                                   : kLongestRetryAfter);
}

}  // namespace toolhive::mcp
