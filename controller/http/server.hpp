// An HTTP/1.1 server that may face a network.
//
//   class Hello final : public http::Handler {
//     void handle(http::Request, http::Responder responder) override {
//       responder.reply({.content_type = "text/plain", .body = std::make_shared<const std::string>("hello\n")});
//     }
//   };
//
//   http::Server server(options);
//   Hello hello;
//   server.open({.host = "127.0.0.1", .port = 8080}, "/", hello);
//   ...
//   server.close(hello);                           // finishes requests in flight, refuses new ones
//
// One server has several addresses, with http or https, and several paths on each; the longest path
// that matches wins.
#pragma once

#include "controller/base/status.hpp"
#include "controller/http/handler.hpp"
#include "controller/http/listen_address.hpp"
#include "controller/http/options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

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

// Thread safe, apart from construction and destruction.
class Server {
 public:
  explicit Server(Options options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Calls stop(). Handlers should be closed before.
  ~Server();

  // Serves `handler` at and below `path`, and answers the port that is listened on. A handler can
  // be open once, and must live until close() or stop() has returned. A failure names address and
  // cause: Unavailable for what may pass, Invalid or AlreadyExists for what this server cannot do.
  StatusOr<std::uint16_t> open(const ListenAddress& address, std::string path, Handler& handler);
  // Takes no more requests for it and finishes those in flight, or cuts them off after
  // Timeouts::drain. No function of the handler runs afterwards. Internal, and nothing is done, in
  // a handler, where it could not return.
  Status close(const Handler& handler);

  // Closes all listening sockets, finishes what is in flight within Timeouts::drain, cuts off the
  // rest and ends the threads. Blocks; idempotent; not from a handler. Nothing can be opened
  // afterwards.
  void stop();

  ServerStats stats() const;

 private:
  const std::shared_ptr<Core> core_;
};

}  // namespace toolhive::http
