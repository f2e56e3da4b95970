// Sockets of 127.0.0.1.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>

namespace toolhive::registry::test {

// A port of 127.0.0.1, or with 0 any.
sockaddr_in loopback(std::uint16_t port);

// A port that nobody listens on.
std::uint16_t free_port();

// Takes connections one after the other, on a thread of its own.
class LoopbackServer {
 public:
  // Has a connection until it returns, which it is to do soon when it is asked to stop.
  using Serve = std::function<void(int client, const std::stop_token&)>;

  explicit LoopbackServer(Serve serve);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void run(const std::stop_token& stop) const;

  const Serve serve_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace toolhive::registry::test
