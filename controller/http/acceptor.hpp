// Accepts the connections of one endpoint.
#pragma once

#include "controller/base/status.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolhive::http {

struct ListenAddress;
class Worker;

// Lives on one worker. When the process or the system is out of descriptors or memory it pauses,
// instead of spinning on a queue that it cannot empty.
class Acceptor final : public std::enable_shared_from_this<Acceptor> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  // Takes over the descriptor (non-blocking, close-on-exec).
  using OnConnection = std::function<void(int descriptor, bool v6, std::string remote_address)>;
  using OnTrouble = std::function<void(const std::string&)>;

  explicit Acceptor(Worker& worker);

  // Binds and listens. Unavailable, with address and cause, when that cannot be. Once, before
  // start().
  Status listen(const ListenAddress& address);

  // Once; `trouble` is told when accepting has to pause.
  void start(OnConnection connection, OnTrouble trouble);
  // Stops listening; the port is free when this returns. Not on a worker's thread.
  void close_and_wait();

  std::uint16_t port() const { return port_; }

 private:
  void wait();
  void accept_all();
  void pause(int cause);

  Worker& worker_;
  boost::asio::ip::tcp::acceptor socket_;
  boost::asio::steady_timer timer_;
  OnConnection on_connection_;
  OnTrouble on_trouble_;
  std::uint16_t port_ = 0;
  bool paused_ = false;
};

}  // namespace toolhive::http
