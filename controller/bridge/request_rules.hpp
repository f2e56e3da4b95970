// What the streamable HTTP transport asks of a request, beside the message in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/bridge/message.hpp"
#include "controller/http/headers.hpp"

namespace toolhive::bridge {

struct RuleBreach {
  unsigned http_status = 400;
  std::int64_t code = 0;  // of JSON-RPC
  std::string why;        // a sentence for the client
};

// A page in a browser can send requests to where its user can, also by a name that it made point
// there; it cannot hide where it comes from. Origins of loopback and those of `allowed` pass, "*"
// lets all pass; a request without one is not a browser's. (2025-11-25, transports, "Security
// Warning")
std::optional<RuleBreach> check_origin(const http::Headers& headers, const std::vector<std::string>& allowed);

// A body of JSON, from a client that takes JSON and events.
std::optional<RuleBreach> check_post(const http::Headers& headers);
// A client that takes events.
std::optional<RuleBreach> check_get(const http::Headers& headers);

// Whether the message is of a version without sessions, by what it or its headers say.
bool is_modern(const http::Headers& headers, const Message& message);
// The headers say the same as the message (2026-07-28, streamable-http, "Server Validation").
std::optional<RuleBreach> check_modern(const http::Headers& headers, const Message& message);
// The version, where a header names one, is known.
std::optional<RuleBreach> check_legacy(const http::Headers& headers);

}  // namespace toolhive::bridge
