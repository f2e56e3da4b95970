#include "controller/http/request_context.hpp"

#include "controller/http/connection.hpp"

#include <exception>
#include <utility>

namespace toolhive::http {

RequestContext::RequestContext(std::shared_ptr<Connection> owner, std::string request_target)
    : connection(std::move(owner)), target(std::move(request_target)) {}

RequestContext::~RequestContext() {
  if (route) route->pending.leave();
  if (!replied_ && connection) connection->dropped();
}

pplx::task<void> RequestContext::written() {
  return pplx::create_task(written_.emplace());
}

void RequestContext::finish(bool complete) {
  connection.reset();
  if (route) std::exchange(route, nullptr)->pending.leave();
  if (auto called = std::exchange(on_finish, nullptr)) called(complete);
  if (!written_) return;
  if (complete) {
    written_->set();
  } else {
    written_->set_exception(std::make_exception_ptr(web::http::http_exception(
        "the client went away, or stopped reading, before the response was complete")));
  }
}

}  // namespace toolhive::http
