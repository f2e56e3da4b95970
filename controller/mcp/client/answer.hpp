// Answer: what came of one request.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"
#include "controller/mcp/http/http_client.hpp"
#include "controller/mcp/message/json_rpc.hpp"

namespace toolhive::mcp {

struct Answer {
  int http_status = 0;
  std::optional<RpcMessage> message;  // the result or error of the request
  std::size_t bytes = 0;              // of the message
  std::string session_id;             // as the server gave it
  std::string challenge;              // WWW-Authenticate, cleaned and cut
  std::string excerpt;                // of a body that is no message, cleaned and cut
  std::optional<std::chrono::milliseconds> retry_after;

  bool has_result() const;
  // The code of the error it is; 0 when it is none.
  std::int64_t error_code() const;
};

// Takes over what the head says.
Answer answer_of(const HttpHead& head);

// Ok for a result. Otherwise what happened and what to do: Unauthorized and Forbidden of a server
// that is alive and wants to know who asks; NotFound where nothing speaks MCP; TooManyRequests,
// Timeout and Unavailable with retry_after() as the server asked; Invalid when it refused what was
// sent.
Status failure_of(const Answer& answer);

// The seconds of a Retry-After header (RFC 9110, section 10.2.3), at most an hour; nothing for a
// date, which no server of MCP is known to send.
std::optional<std::chrono::milliseconds> read_retry_after(std::string_view value);

}  // namespace toolhive::mcp
