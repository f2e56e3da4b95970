#include "loopback.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace toolhive::registry::test {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return 0;
  auto address = loopback(0);
  socklen_t size = sizeof address;
  (void)::bind(probe, reinterpret_cast<const sockaddr*>(&address), size);
  (void)::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

LoopbackServer::LoopbackServer(Serve serve)
    : serve_(std::move(serve)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  REQUIRE(listener_ >= 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener_, 8) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

LoopbackServer::~LoopbackServer() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

void LoopbackServer::run(const std::stop_token& stop) const {
  while (!stop.stop_requested()) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 10) != 1) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    serve_(client, stop);
    ::close(client);
  }
}

}  // namespace toolhive::registry::test
