// What a client that listens takes of a server.
#pragma once

#include <cstddef>

#include "controller/mcp/http/http_streams.hpp"

namespace toolhive::mcp {

// A server that goes beyond them is listened to no more.
struct ListenLimits {
  StreamLimits stream;                      // times, and bytes of the reply's header
  std::size_t event = 64U << 10;            // bytes of one event
  std::size_t json_depth = 100;             // of a message
  int messages_per_minute = 60;             // of any kind
  std::size_t bytes_per_minute = 1U << 20;  // comments and all that is no message included
};

// The reasons of a Status that are no failures of a server to do what it says: it does not offer to
// tell of changes; or it tells so much that it goes beyond the bounds of a minute.
inline constexpr const char* kNotOffered = "NotOffered";
inline constexpr const char* kFlooding = "Flooding";

}  // namespace toolhive::mcp
