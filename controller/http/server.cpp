#include "controller/http/server.hpp"

#include "controller/http/connection.hpp"
#include "controller/http/core.hpp"
#include "controller/http/request_context.hpp"

#include <cpprest/details/http_server.h>
#include <cpprest/details/http_server_api.h>
#include <cpprest/http_listener.h>

#include <stdexcept>
#include <utility>

namespace toolhive::http {
namespace {

using ServerApi = web::http::experimental::details::http_server_api;

// What cpprestsdk calls. It is destroyed when the last listener is unregistered.
class Adapter final : public web::http::experimental::details::http_server {
 public:
  Adapter(std::shared_ptr<Core> core, const ListenerImpl* placeholder)
      : core_(std::move(core)), placeholder_(placeholder) {}

  pplx::task<void> start() override { return pplx::task_from_result(); }
  pplx::task<void> stop() override { return pplx::task_from_result(); }

  pplx::task<void> register_listener(ListenerImpl* listener) override {
    if (listener != placeholder_) core_->open(listener);
    return pplx::task_from_result();
  }
  pplx::task<void> unregister_listener(ListenerImpl* listener) override {
    if (listener != placeholder_) core_->close(listener);
    return pplx::task_from_result();
  }

  pplx::task<void> respond(web::http::http_response response) override {
    auto* context = static_cast<RequestContext*>(response._get_server_context());
    if (!context->begin_reply()) {
      return pplx::task_from_exception<void>(web::http::http_exception("the request was answered before"));
    }
    const std::shared_ptr<Connection> connection = context->connection;
    auto written = context->written();
    connection->respond(std::move(response));
    return written;
  }

 private:
  const std::shared_ptr<Core> core_;
  const ListenerImpl* const placeholder_;
};

}  // namespace

// cpprestsdk forgets the server when its last listener closes, and would give the next one its own. A
// listener that is registered as long as the Server lives, and that the adapter ignores, prevents that.
struct Server::Hold {
  ListenerImpl placeholder{web::uri("http://placeholder.invalid")};
  bool registered = false;

  void release() {
    if (!std::exchange(registered, false)) return;
    try {
      ServerApi::unregister_listener(&placeholder).wait();
    } catch (const std::exception&) {
      // The adapter does nothing for it that could fail.
    }
  }
};

Server::Server(Options options)
    : core_(std::make_shared<Core>(std::move(options))), hold_(std::make_unique<Hold>()) {
  try {
    if (ServerApi::has_listener()) throw web::http::http_exception("a listener is open");
    ServerApi::register_server_api(std::make_unique<Adapter>(core_, &hold_->placeholder));
    ServerApi::register_listener(&hold_->placeholder).wait();
    hold_->registered = true;
  } catch (const std::exception&) {
    core_->stop();
    throw std::logic_error("an http::Server exists already, or an http_listener was opened before it");
  }
  core_->start();
}

Server::~Server() {
  stop();
  hold_->release();
}

void Server::stop() {
  core_->stop();
}

std::uint16_t Server::port(std::string_view listener_uri) const {
  return core_->port(listener_uri);
}

ServerStats Server::stats() const {
  return core_->stats();
}

}  // namespace toolhive::http
