#include "controller/http/listener/listener_server.hpp"

#include "controller/http/listener/listen_address.hpp"
#include "controller/http/listener/listener_handler.hpp"
#include "controller/http/listener/request_context.hpp"
#include "controller/http/listener/stream_body.hpp"

#include <cpprest/details/http_server.h>
#include <cpprest/details/http_server_api.h>
#include <cpprest/http_listener.h>

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace toolhive::http {
namespace {

using ServerApi = web::http::experimental::details::http_server_api;
using ListenerImpl = web::http::experimental::listener::details::http_listener_impl;

constexpr const char* kOther = "a ListenerServer exists already, or an http_listener was opened before it";

// The views in the reply are into `response`, which `written` keeps.
Reply to_reply(const web::http::http_response& response, const pplx::task_completion_event<void>& written) {
  Reply reply;
  reply.status = response.status_code();
  reply.reason = response.reason_phrase();
  for (const auto& [name, value] : response.headers()) reply.headers.emplace_back(name, value);
  if (response.body()) reply.source = std::make_shared<StreamBody>(response.body());
  reply.written = [response, written](bool complete) {
    if (complete) {
      written.set();
    } else {
      written.set_exception(std::make_exception_ptr(web::http::http_exception(
          "the client went away, or stopped reading, before the response was complete")));
    }
  };
  return reply;
}

// cpprestsdk takes failures as exceptions.
pplx::task<void> to_task(const Status& status) {
  if (status.ok()) return pplx::task_from_result();
  return pplx::task_from_exception<void>(std::runtime_error(status.message()));
}

}  // namespace

// The listeners that are open. Thread safe.
class ListenerServer::Listeners {
 public:
  explicit Listeners(Options options) : server(std::move(options)) {}

  Status open(ListenerImpl& listener) {
    const auto address = listen_address(listener.uri().to_string());
    if (!address.ok()) return address.status();
    auto handler = std::make_unique<ListenerHandler>(listener);
    const auto port = server.open(*address, listener.uri().path(), *handler);
    if (!port.ok()) return port.status();
    const std::lock_guard lock(mutex_);
    open_[&listener] = {address->key(), *port, std::move(handler)};
    return {};
  }

  Status close(ListenerImpl& listener) {
    std::unique_lock lock(mutex_);
    const auto found = open_.find(&listener);
    if (found == open_.end()) return {};
    const ListenerHandler& handler = *found->second.handler;
    lock.unlock();
    if (const Status closed = server.close(handler); !closed.ok()) return closed;
    lock.lock();
    open_.erase(&listener);
    return {};
  }

  std::uint16_t port(const std::string& uri) const {
    const auto address = listen_address(uri);
    if (!address.ok()) return 0;
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(open_.begin(), open_.end(), [key = address->key()](const auto& entry) {
      return entry.second.key == key;
    });
    return found == open_.end() ? std::uint16_t{0} : found->second.port;
  }

 private:
  struct Open {
    std::string key;  // of its ListenAddress
    std::uint16_t port = 0;
    std::unique_ptr<ListenerHandler> handler;
  };
  mutable std::mutex mutex_;
  std::map<const ListenerImpl*, Open> open_;

 public:
  Server server;  // ends before the handlers go
};

// What cpprestsdk calls. It is destroyed when the last listener is unregistered.
class ListenerServer::Adapter final : public web::http::experimental::details::http_server {
 public:
  Adapter(std::shared_ptr<Listeners> listeners, const ListenerImpl* placeholder)
      : listeners_(std::move(listeners)), placeholder_(placeholder) {}

  pplx::task<void> start() override { return pplx::task_from_result(); }
  pplx::task<void> stop() override { return pplx::task_from_result(); }

  pplx::task<void> register_listener(ListenerImpl* listener) override {
    return listener == placeholder_ ? pplx::task_from_result() : to_task(listeners_->open(*listener));
  }
  pplx::task<void> unregister_listener(ListenerImpl* listener) override {
    return listener == placeholder_ ? pplx::task_from_result() : to_task(listeners_->close(*listener));
  }

  pplx::task<void> respond(web::http::http_response response) override {
    auto* context = static_cast<RequestContext*>(response._get_server_context());
    if (!context->begin_reply()) {
      return pplx::task_from_exception<void>(web::http::http_exception("the request was answered before"));
    }
    const pplx::task_completion_event<void> written;
    auto end = pplx::create_task(written);
    context->responder.reply(to_reply(response, written));
    return end;
  }

 private:
  const std::shared_ptr<Listeners> listeners_;
  const ListenerImpl* const placeholder_;
};

// cpprestsdk forgets the server when its last listener closes, and would give the next one its own.
// A listener that is registered as long as the ListenerServer lives, and that the adapter ignores,
// prevents that.
struct ListenerServer::Placeholder {
  ListenerImpl listener{web::uri("http://placeholder.invalid")};
  bool registered = false;

  ~Placeholder() {
    if (!registered) return;
    try {
      ServerApi::unregister_listener(&listener).wait();
    } catch (const std::exception&) {
      // The adapter does nothing for it that could fail.
    }
  }
};

ListenerServer::ListenerServer(Options options)
    : listeners_(std::make_shared<Listeners>(std::move(options))),
      placeholder_(std::make_unique<Placeholder>()) {}

StatusOr<std::unique_ptr<ListenerServer>> ListenerServer::open(Options options) {
  std::unique_ptr<ListenerServer> server(new ListenerServer(std::move(options)));
  ListenerImpl& placeholder = server->placeholder_->listener;
  try {
    if (ServerApi::has_listener()) return Status(Code::AlreadyExists, kOther);
    ServerApi::register_server_api(std::make_unique<Adapter>(server->listeners_, &placeholder));
    ServerApi::register_listener(&placeholder).wait();
  } catch (const std::exception&) {
    return Status(Code::AlreadyExists, kOther);
  }
  server->placeholder_->registered = true;
  return server;
}

ListenerServer::~ListenerServer() {
  stop();
}

void ListenerServer::stop() {
  listeners_->server.stop();
}

std::uint16_t ListenerServer::port(const std::string& listener_uri) const {
  return listeners_->port(listener_uri);
}

ServerStats ListenerServer::stats() const {
  return listeners_->server.stats();
}

}  // namespace toolhive::http
