#include "controller/http/reply.hpp"

#include "controller/http/connection.hpp"
#include "controller/http/request_context.hpp"

namespace toolhive::http {

bool reply(const web::http::http_request& request, Reply reply) {
  auto* context = dynamic_cast<RequestContext*>(request._get_server_context());
  if (context == nullptr || !context->begin_reply()) return false;
  context->on_finish = std::move(reply.written);
  const std::shared_ptr<Connection> connection = context->connection;
  connection->respond(request, std::move(reply));
  return true;
}

}  // namespace toolhive::http
