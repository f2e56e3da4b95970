// Health: what a kubelet asks. /healthz is answered while the bridge runs, /ready by the server
// itself.
#pragma once

#include "controller/bridge/bridge.hpp"
#include "controller/bridge/endpoint.hpp"
#include "controller/http/handler.hpp"

namespace toolhive::bridge {

class Health final : public http::Handler {
 public:
  // The bridge must live until the loop has ended.
  Health(Bridge& bridge, Post post) : bridge_(bridge), post_(std::move(post)) {}

  void handle(http::Request request, http::Responder responder) override;

 private:
  Bridge& bridge_;
  const Post post_;
};

}  // namespace toolhive::bridge
