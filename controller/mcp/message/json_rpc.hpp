// JSON-RPC 2.0 messages as MCP restricts them: no batches, ids that are strings or integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::mcp {

struct RpcError {
  std::int64_t code = 0;
  std::string message;  // cleaned, at most 512 bytes
  JsonPtr data;         // null when there is none
};

struct RpcMessage {
  enum class Kind { Result, Error, Request, Notification };
  Kind kind = Kind::Notification;
  // of a result, error or request; null for a notification, and an error whose id its sender could
  // not read
  JsonPtr id;
  std::string method;  // of a request or notification
  JsonPtr params;      // of a request or notification, of whatever type; null when there are none
  JsonPtr result;      // an object
  RpcError error;

  // Whether this is what came of the request with that id. An error without an id is: a connection
  // has one request.
  bool answers(std::int64_t request_id) const;
};

// Decode says what is wrong: no JSON (within the bounds of kube::parse_json, and nested at most
// `depth` deep), a batch, or no message of JSON-RPC 2.0.
StatusOr<RpcMessage> parse_rpc(std::string_view text, std::size_t depth);

// Texts of messages. `params` must be UTF-8 throughout, as everything is that was parsed; of the
// message of an error what is not is replaced.
std::string rpc_request(std::int64_t id, const std::string& method, const Json& params);
std::string rpc_notification(const std::string& method);
std::string rpc_result(const Json& id, const Json& result);
// `result` is JSON text.
std::string rpc_result_text(const Json& id, std::string_view result);
std::string rpc_error(const Json& id, std::int64_t code, const std::string& message);
// `id` is null where the request's could not be read, and `data` where there is none.
std::string rpc_error(const JsonPtr& id, std::int64_t code, const std::string& message, const JsonPtr& data);

}  // namespace toolhive::mcp
