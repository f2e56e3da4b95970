#include "controller/http/listener/listener_handler.hpp"

#include "controller/http/listener/empty_body.hpp"
#include "controller/http/listener/request_context.hpp"
#include "controller/http/listener/stream_body.hpp"

#include <cpprest/containerstream.h>
#include <cpprest/http_listener.h>

#include <exception>
#include <ios>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace toolhive::http {
namespace {

// What _complete() comes to where it has no stream of its own to close, without a task for that.
void set_body(web::http::http_request& request, std::vector<unsigned char> body) {
  const auto& impl = request._get_impl();
  const std::size_t size = body.size();
  impl->set_instream(size == 0 ? empty_body()
                               : concurrency::streams::container_buffer<std::vector<unsigned char>>(
                                     std::move(body), std::ios_base::in)
                                     .create_istream());
  impl->_get_data_available().set(size);
}

}  // namespace

ListenerHandler::ListenerHandler(web::http::experimental::listener::details::http_listener_impl& listener)
    : listener_(listener), path_(listener.uri().path()) {}

void ListenerHandler::handle(Request parsed, Responder responder) {
  std::optional<web::uri> uri;
  try {
    uri.emplace(parsed.target);
  } catch (const std::exception&) {
    return responder.refuse(400, "The request target is not a valid URI.");
  }
  auto request = web::http::http_request::_create_request(
      std::make_unique<RequestContext>(std::move(parsed.target), std::move(responder)));
  request._get_impl()->method() = std::move(parsed.method);
  request.set_request_uri(*uri);
  request._set_listener_path(path_);
  for (auto& [name, value] : parsed.headers.release()) request.headers()[name] = std::move(value);
  request._get_impl()->_set_http_version({1, static_cast<std::uint8_t>(parsed.version - 10)});
  request._get_impl()->_set_remote_address(parsed.remote_address);
  set_body(request, std::move(parsed.body));
  try {
    listener_.handle_request(request);
  } catch (...) {
    // What a handler throws is its own business; the client gets an answer unless it has one.
    auto* context = static_cast<RequestContext*>(request._get_server_context());
    if (context == nullptr || !context->begin_reply()) return;
    context->responder.refuse(500, "The server failed to handle the request.");
  }
}

}  // namespace toolhive::http
