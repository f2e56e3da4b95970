// Gives requests to an http_listener.
#pragma once

#include "controller/http/handler.hpp"

#include <cpprest/http_msg.h>

#include <string>

namespace web::http::experimental::listener::details {
class http_listener_impl;  // NOLINT(readability-identifier-naming): cpprestsdk's
}

namespace toolhive::http {

class ListenerHandler final : public Handler {
 public:
  // Which has to outlive it.
  explicit ListenerHandler(web::http::experimental::listener::details::http_listener_impl& listener);

  // What the listener's own handlers throw is answered 500 at once, unless they have answered.
  void handle(Request request, Responder responder) override;

 private:
  web::http::experimental::listener::details::http_listener_impl& listener_;
  const std::string path_;
};

}  // namespace toolhive::http
