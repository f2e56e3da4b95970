// What connects a request in a handler's hands with the connection that waits for its reply.
#pragma once

#include "controller/http/router.hpp"

#include <cpprest/http_msg.h>
#include <pplx/pplxtasks.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace toolhive::http {

class Connection;

// Belongs to the http_request until it is replied to, then to the http_response if there is one, then is released by the
// connection.
class RequestContext final : public web::http::details::_http_server_context {
 public:
  RequestContext(std::shared_ptr<Connection> connection, std::string target);
  // A request that is let go of without a reply still gets an answer.
  ~RequestContext() override;

  // Called when a reply is given: false when there was one before. Any thread.
  bool begin_reply() { return !replied_.exchange(true); }
  bool replied() const { return replied_; }
  // Ends when the reply is written, with an exception if that fails. To be asked for before the reply is under way.
  pplx::task<void> written();
  // Called when the request is over, well or not; only the first call counts.
  void finish(bool complete);

  std::shared_ptr<Connection> connection;
  std::shared_ptr<Route> route;  // counted in its `pending`
  const std::string target;      // origin form, raw
  std::function<void(bool complete)>
      on_finish;  // called by finish(), for a reply without a task; may be empty

 private:
  std::optional<pplx::task_completion_event<void>> written_;
  std::atomic<bool> replied_{false};
};

}  // namespace toolhive::http
