// Endpoint: the URL where a server takes the messages of MCP over streamable HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/answer.hpp"
#include "controller/mcp/client/oauth.hpp"
#include "controller/mcp/client/options.hpp"
#include "controller/mcp/client/reply_reader.hpp"
#include "controller/mcp/client/subscription.hpp"

namespace toolhive::mcp {

// What each request says of the protocol that it follows.
struct Protocol {
  std::string version;     // empty before one is agreed on
  bool modern = false;     // tells version, client and capabilities in each request
  std::string session_id;  // of a legacy session, where the server gave one
};

// What a request that a legacy server makes is answered: a ping as such, anything else with an
// error, because this client offers nothing.
std::string answer_to(const RpcMessage& request);

// Not thread-safe.
class Endpoint {
 public:
  // Invalid names the option that cannot be used.
  static StatusOr<std::unique_ptr<Endpoint>> make(const Options& options);

  // Sends a request and waits for its answer, whatever that is: a result, an error, an HTTP status
  // without either. Requests of the server that come before it are answered: a ping as such,
  // anything else with an error, because this client offers nothing. A legacy stream that breaks
  // off is gone on with. Statuses are HttpClient's and ReplyReader's.
  StatusOr<Answer> request(const Context& ctx, const Protocol& protocol, const std::string& method,
                           const Json& params);
  // Sends a message that has no answer.
  Status notify(const Context& ctx, const Protocol& protocol, const std::string& method);
  // Ends a legacy session (2025-11-25, "Session Management"). What the server says of that does not
  // matter.
  void end_session(const Context& ctx, const Protocol& protocol);

  // For the stream on which the server tells of changes of its tools. An error is one of signing
  // in.
  StatusOr<Subscription> subscription(const Context& ctx, const Protocol& protocol);

  const Options& options() const { return options_; }

 private:
  Endpoint(Options options, Url url, HttpClient http)
      : options_(std::move(options)), url_(std::move(url)), http_(std::move(http)) {}

  Json with_meta(const Protocol& protocol, Json params) const;
  Headers headers_for(const Protocol& protocol, const std::string& method, const Json& params) const;
  HttpRequest post(const Headers& headers, std::string body) const;
  HttpRequest get(const Protocol& protocol) const;
  HttpRequest end_of(const Protocol& protocol) const;
  // With all that each request has.
  StatusOr<HttpRequest> sign(const Context& ctx, HttpRequest request);
  StatusOr<Answer> ask(const Context& ctx, const Protocol& protocol, const HttpRequest& request,
                       std::int64_t id);
  StatusOr<HttpHead> reconnect(const Context& ctx, const Protocol& protocol, ReplyReader& reader);
  void answer_server(const Context& ctx, const Protocol& protocol, const RpcMessage& request);
  StatusOr<HttpHead> send(const Context& ctx, HttpRequest request, const BodySink& sink);
  StatusOr<HttpHead> send_once(const Context& ctx, HttpRequest request, const BodySink& sink);
  Status follow(const HttpHead& head);

  const Options options_;
  Url url_;  // moves within its origin where the server says so
  const HttpClient http_;
  std::unique_ptr<TokenSource> tokens_;  // null without OAuth
  std::int64_t last_id_ = 0;
};

}  // namespace toolhive::mcp
