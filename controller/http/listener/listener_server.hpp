// The HTTP server under cpprestsdk's http_listener, in place of the library's own, which must not
// face a network.
//
//   int main() {
//     http::init_process(2);                       // process.hpp: before anything touches cpprestsdk
//     auto server = http::ListenerServer::open(options);  // from here on every http_listener uses it
//     http_listener listener("http://+:8080/");    // cpprestsdk's own class, used as ever
//     listener.support(handle);
//     listener.open().wait();                      // throws std::runtime_error that names address and cause
//     ...
//     listener.close().wait();                     // finishes requests in flight, refuses new ones
//   }
//
// One server per process carries all listeners: http and https, several ports, several paths on one
// port (the longest path that matches wins). Hosts: `+` or `*` for all addresses of IPv4 and IPv6,
// an address (`0.0.0.0`, `[::]`, `[::1]`) or a name. Port 0 takes a free one; see port().
//
// A handler runs on one of the server's threads when the whole request has been read, and must not
// block: whoever needs time keeps the http_request and replies from another thread. A handler that
// throws, or lets go of the request without a reply, answers 500. close() must not be waited for in
// a handler.
#pragma once

#include "controller/base/status.hpp"
#include "controller/http/options.hpp"
#include "controller/http/server.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace toolhive::http {

// Installed while it lives. Thread safe, apart from opening and destruction.
class ListenerServer {
 public:
  // AlreadyExists when a listener is open or another ListenerServer exists: there can be one at a
  // time.
  static StatusOr<std::unique_ptr<ListenerServer>> open(Options options);
  ListenerServer(const ListenerServer&) = delete;
  ListenerServer& operator=(const ListenerServer&) = delete;
  // Calls stop(). Listeners should be closed before.
  ~ListenerServer();

  // As Server::stop(), for all listeners. A listener can no longer be opened afterwards.
  void stop();

  // The port an open listener is bound to, by the URI it was made from ("http://127.0.0.1:0/"); 0
  // when there is none.
  std::uint16_t port(const std::string& listener_uri) const;

  ServerStats stats() const;

 private:
  class Listeners;
  class Adapter;
  struct Placeholder;

  explicit ListenerServer(Options options);

  const std::shared_ptr<Listeners> listeners_;
  const std::unique_ptr<Placeholder> placeholder_;
};

}  // namespace toolhive::http
