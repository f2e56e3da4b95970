// What connects a request in a handler's hands with the connection that waits for its reply.
#pragma once

#include "controller/http/router.hpp"

#include <cpprest/http_msg.h>
#include <pplx/pplxtasks.h>

#include <memory>
#include <string>

namespace http {

class Connection;

// Belongs to the http_request until it is replied to, then to the http_response, then is released by the
// connection.
class RequestContext final : public web::http::details::_http_server_context {
 public:
  RequestContext(std::shared_ptr<Connection> connection, std::string target);
  // A request that is let go of without a reply still gets an answer.
  ~RequestContext() override;

  // Called when the response is given; the task ends when it is written, with an exception if that fails.
  pplx::task<void> replied();
  // Called when the request is over, well or not; only the first call counts.
  void finish(bool complete);

  std::shared_ptr<Connection> connection;
  std::shared_ptr<Route> route;  // counted in its `pending`
  const std::string target;      // origin form, raw

 private:
  pplx::task_completion_event<void> written_;
  bool replied_ = false;
};

}  // namespace http
