// Client: reads what an MCP server is and offers, over streamable HTTP in the versions of
// protocol.hpp.
//
//   StatusOr<Client> client = Client::make({.url = "https://weather.example/mcp"});
//   StatusOr<Offer> offer = client->read(ctx);
//
// It is made for servers that may be hostile: every bound is in Options::limits, addresses are held
// to Options::addresses, and nothing is sent to another origin.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/endpoint.hpp"
#include "controller/mcp/client/offer.hpp"
#include "controller/mcp/client/options.hpp"
#include "controller/mcp/client/session.hpp"

namespace toolhive::mcp {

// One per server, kept between reads: it remembers the era of the server and an access token. Not
// thread-safe; calls block the calling thread.
class Client {
 public:
  // Invalid names the option that cannot be used.
  static StatusOr<Client> make(const Options& options);

  // All of the server's tools, in one pass. A session that ends or a cursor that is no longer taken
  // begins it again, once. A Status tells the step that failed (resolving, connecting, TLS,
  // server/discover, initialize, tools/list, page 3) and what to do: Unauthorized and Forbidden of
  // a server that is alive; retry_after() where it says when to come back.
  StatusOr<Offer> read(const Context& ctx);

  // For a stream on which the server tells of changes of its tools; a Listener opens it. NotFound
  // with the reason kNotOffered of a server that says it does not tell; otherwise as connect(). A
  // legacy server has a session for it then, which Subscription::close ends.
  StatusOr<Subscription> subscribe(const Context& ctx);

  // For other requests than those. The session must not outlive the client.
  StatusOr<Session> connect(const Context& ctx);

 private:
  explicit Client(std::unique_ptr<Endpoint> endpoint) : endpoint_(std::move(endpoint)) {}

  StatusOr<Session> discover(const Context& ctx);
  StatusOr<Session> initialize(const Context& ctx, const std::string& version);
  StatusOr<Offer> read_once(const Context& ctx);

  std::unique_ptr<Endpoint> endpoint_;
  std::string legacy_version_;  // to begin with, of a server that is known to be legacy; empty: ask
};

}  // namespace toolhive::mcp
