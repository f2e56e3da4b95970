#include "scripted_server.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "registry_client.hpp"

namespace registry::test {

ScriptedServer::ScriptedServer(std::string answer, bool endless)
    : answer_(std::move(answer)),
      endless_(endless),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  REQUIRE(listener_ >= 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener_, 8) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ScriptedServer::~ScriptedServer() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

std::string ScriptedServer::heard() {
  std::lock_guard guard(mutex_);
  return heard_;
}

void ScriptedServer::run(const std::stop_token& stop) {
  std::array<char, 4096> buffer{};
  int client = -1;
  while (!stop.stop_requested()) {
    pollfd waiting{client < 0 ? listener_ : client, POLLIN, 0};
    if (::poll(&waiting, 1, 10) != 1) continue;
    if (client < 0) {
      client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      continue;
    }
    const auto count = ::recv(client, buffer.data(), buffer.size(), 0);
    bool open = count > 0;
    if (open) {
      std::lock_guard guard(mutex_);
      heard_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    while (open && !stop.stop_requested()) {
      open = ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL) > 0;
      if (!endless_) break;
    }
    if (!open) {
      ::close(client);
      client = -1;
    }
  }
  if (client >= 0) ::close(client);
}

}  // namespace registry::test
