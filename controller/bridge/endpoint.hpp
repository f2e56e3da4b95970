// Endpoint: the path at which clients speak MCP over streamable HTTP.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/bridge/bridge.hpp"
#include "controller/bridge/http_exchange.hpp"
#include "controller/bridge/request_rules.hpp"
#include "controller/http/handler.hpp"

namespace toolhive::bridge {

// Has work run on the bridge's loop, later. Any thread.
using Post = std::function<void(std::function<void()> work)>;

struct EndpointOptions {
  std::string path = "/mcp";
  std::vector<std::string> origins;  // allowed beside those of loopback; "*" for all
  HttpExchangeOptions exchange;
};

// Requests are read and checked on the server's threads; the bridge has them on its loop.
class Endpoint final : public http::Handler {
 public:
  // The bridge must live until the loop has ended.
  Endpoint(EndpointOptions options, Bridge& bridge, Post post)
      : options_(std::move(options)), bridge_(bridge), post_(std::move(post)) {}

  void handle(http::Request request, http::Responder responder) override;

 private:
  using Exchanges = std::shared_ptr<HttpExchange>;
  Exchanges exchange(http::Responder responder, std::string id, bool modern, std::string session_id);
  void post_message(http::Request request, http::Responder responder);
  void take(const http::Headers& headers, Message message, http::Responder responder);
  void listen(const http::Headers& headers, http::Responder responder);
  void end_session(const http::Headers& headers, http::Responder responder);
  void refuse(const RuleBreach& breach, http::Responder responder, std::string id = {});

  const EndpointOptions options_;
  Bridge& bridge_;
  const Post post_;
};

}  // namespace toolhive::bridge
