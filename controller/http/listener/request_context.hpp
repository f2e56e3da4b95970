// What connects an http_request in a handler's hands with the way to answer it.
#pragma once

#include "controller/http/responder.hpp"

#include <cpprest/http_msg.h>

#include <atomic>
#include <string>
#include <utility>

namespace toolhive::http {

// Belongs to the http_request, and to its http_response once there is one. Whichever lets go of it
// without a reply lets go of the responder.
class RequestContext final : public web::http::details::_http_server_context {
 public:
  RequestContext(std::string&& request_target, Responder&& request_responder)
      : target(std::move(request_target)), responder(std::move(request_responder)) {}

  // Called when a reply is given: false when there was one before. Any thread.
  bool begin_reply() { return !replied_.exchange(true); }

  const std::string target;  // origin form, raw
  Responder responder;       // for whom begin_reply() let through

 private:
  std::atomic<bool> replied_{false};
};

}  // namespace toolhive::http
