// Subscription: all it takes to open the stream on which a server tells of changes of its tools.
#pragma once

#include <cstdint>
#include <optional>

#include "controller/mcp/http/http_client.hpp"

namespace toolhive::mcp {

// Requests are signed, and good for as long as their token is.
struct Subscription {
  HttpClient http;
  HttpRequest open;
  std::optional<std::int64_t> id;     // of `subscriptions/listen`; absent: of a legacy session
  std::optional<HttpRequest> answer;  // to requests of a legacy server, without its body
  std::optional<HttpRequest> close;   // of the session, where it has an id
};

}  // namespace toolhive::mcp
