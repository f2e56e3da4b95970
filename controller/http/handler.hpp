// Who answers requests.
#pragma once

#include "controller/http/request.hpp"
#include "controller/http/responder.hpp"

namespace toolhive::http {

class Handler {
 public:
  virtual ~Handler() = default;
  // Called on one of the server's threads, several at a time, when the whole request has been read.
  // Must not block: whoever needs time keeps the responder and answers from another thread. What is
  // thrown is caught; like every request whose responder is let go of, this one is then answered
  // 500.
  virtual void handle(Request request, Responder responder) = 0;
};

}  // namespace toolhive::http
