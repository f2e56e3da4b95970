// The HTTP server under cpprestsdk's http_listener, in place of the library's own, which must not face a
// network.
//
//   int main() {
//     http::init_process(2);                       // process.hpp: before anything touches cpprestsdk
//     http::Server server(options);                // from here on every http_listener uses it
//     http_listener listener("http://+:8080/");    // cpprestsdk's own class, used as ever
//     listener.support(handle);
//     listener.open().wait();                      // throws std::runtime_error that names address and cause
//     ...
//     listener.close().wait();                     // finishes requests in flight, refuses new ones
//   }
//
// One server per process carries all listeners: http and https, several ports, several paths on one port (the
// longest path that matches wins). Hosts: `+` or `*` for all addresses of IPv4 and IPv6, an address
// (`0.0.0.0`, `[::]`, `[::1]`) or a name. Port 0 takes a free one; see port().
//
// A handler runs on one of the server's threads when the whole request has been read, and must not block:
// whoever needs time keeps the http_request and replies from another thread. A handler that throws, or lets
// go of the request without a reply, answers 500. close() must not be waited for in a handler.
#pragma once

#include "controller/http/options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace toolhive::http {

class Core;

// What the server is doing; each figure is exact on its own, not all together. For metrics.
struct ServerStats {
  std::size_t connections = 0;         // open now
  std::size_t requests_in_flight = 0;  // header complete, response not yet written
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  // beyond a limit on connections
  std::uint64_t requests = 0;             // handed to a handler
  std::uint64_t transport_errors = 0;     // answered by the transport itself
  std::uint64_t timeouts = 0;             // connections ended by a limit of Timeouts
};

// Installs the server when constructed. Thread safe, apart from construction and destruction.
class Server {
 public:
  // Throws std::logic_error when a listener is open or another Server exists: there can be one at a time.
  explicit Server(Options options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Calls stop(). Listeners should be closed before.
  ~Server();

  // Closes all listening sockets, finishes what is in flight within Timeouts::drain, cuts off the rest and
  // ends the threads. Blocks; idempotent; not from a handler. A listener can no longer be opened afterwards.
  void stop();

  // The port an open listener is bound to, by the URI it was made from ("http://127.0.0.1:0/"); 0 when there
  // is none.
  std::uint16_t port(std::string_view listener_uri) const;

  ServerStats stats() const;

 private:
  std::shared_ptr<Core> core_;
  struct Hold;
  std::unique_ptr<Hold> hold_;
};

}  // namespace toolhive::http
