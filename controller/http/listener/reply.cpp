#include "controller/http/listener/reply.hpp"

#include "controller/http/listener/request_context.hpp"

#include <utility>

namespace toolhive::http {

bool reply(const web::http::http_request& request, Reply&& reply) {
  auto* context = dynamic_cast<RequestContext*>(request._get_server_context());
  if (context == nullptr || !context->begin_reply()) return false;
  context->responder.reply(std::move(reply));
  return true;
}

}  // namespace toolhive::http
