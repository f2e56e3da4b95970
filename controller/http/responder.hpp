// The way to answer one request.
#pragma once

#include "controller/http/completion.hpp"
#include "controller/http/reply.hpp"

#include <memory>
#include <string>

namespace toolhive::http {

class Connection;

// Answers once: the first call counts. Any thread, but one at a time. A request whose responder is
// let go of without an answer gets a 500.
class Responder {
 public:
  // `pending` counts the request until its answer is written.
  Responder(std::shared_ptr<Connection> connection, RouteEntry pending);
  ~Responder() {
    if (connection_) refuse(500, "The server gave no answer to the request.");
  }
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;

  void reply(Reply&& reply);
  // Answers as the transport does for what no handler sees: in the form of Options::error_body, and
  // counted as its error. `detail` is one sentence for the client.
  void refuse(unsigned status, std::string detail);

 private:
  std::shared_ptr<Connection> connection_;  // null once there is an answer
  RouteEntry pending_;
};

}  // namespace toolhive::http
