// Session: a server that is spoken to in a version that both sides have.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/endpoint.hpp"
#include "controller/mcp/client/offer.hpp"

namespace toolhive::mcp {

struct Result {
  JsonPtr value;          // an object
  std::size_t bytes = 0;  // of its message
};

// Of one thread; lives no longer than its endpoint.
class Session {
 public:
  // With a modern server nothing is opened: each request stands for itself.
  static Session modern(Endpoint& endpoint, ServerInfo server);
  // The handshake of legacy versions: `initialize`, offering `version`, and
  // `notifications/initialized`.
  static StatusOr<Session> initialize(const Context& ctx, Endpoint& endpoint, const std::string& version);

  const ServerInfo& server() const { return server_; }

  // Expired when the session is gone, so that another must be opened (2025-11-25, "Session
  // Management"); Decode for a result that is not complete; otherwise as Endpoint::request() and
  // failure_of().
  StatusOr<Result> request(const Context& ctx, const std::string& method, const Json& params);

  // For the stream on which changes are told; a legacy one is good until the session is closed.
  StatusOr<Subscription> subscription(const Context& ctx) { return endpoint_->subscription(ctx, protocol_); }

  // Tells a legacy server that nobody needs the session any more. Takes two seconds at most.
  void close(const Context& ctx);

 private:
  Session(Endpoint& endpoint, Protocol protocol) : endpoint_(&endpoint), protocol_(std::move(protocol)) {}

  Status take(const Answer& initialized);

  Endpoint* endpoint_;
  Protocol protocol_;
  ServerInfo server_;
};

}  // namespace toolhive::mcp
