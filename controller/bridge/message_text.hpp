// Texts of messages that the bridge itself writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/bridge/message.hpp"

namespace toolhive::bridge {

// JSON-RPC 2.0, section 5.1.
inline constexpr std::int64_t kParseError = -32700;
inline constexpr std::int64_t kInvalidRequest = -32600;
inline constexpr std::int64_t kMethodNotFound = -32601;
inline constexpr std::int64_t kInvalidParams = -32602;
inline constexpr std::int64_t kInternalError = -32603;
// Of the range that JSON-RPC leaves to implementations, as the SDKs use them.
inline constexpr std::int64_t kServerError = -32000;
inline constexpr std::int64_t kSessionNotFound = -32001;

// A JSON string in ASCII, with its quotes.
std::string quoted(std::string_view text);

// `id`, `data`, `params` and `result` are JSON text; an empty id becomes null, and empty data or
// params are left out.
std::string error_text(std::string_view id, std::int64_t code, std::string_view message,
                       std::string_view data = {});
std::string result_text(std::string_view id, std::string_view result);
std::string request_text(std::string_view id, std::string_view method, std::string_view params);
std::string notification_text(std::string_view method, std::string_view params = {});

// A message of a text that was made here.
Message own_message(std::string text);

}  // namespace toolhive::bridge
