#include "scripted_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace toolhive::registry::test {

ScriptedServer::ScriptedServer(std::string answer, bool endless)
    : answer_(std::move(answer)),
      endless_(endless),
      server_([this](int client, const std::stop_token& stop) { serve(client, stop); }) {}

std::string ScriptedServer::heard() {
  std::lock_guard guard(mutex_);
  return heard_;
}

void ScriptedServer::serve(int client, const std::stop_token& stop) {
  std::array<char, 4096> buffer{};
  for (bool open = true; open && !stop.stop_requested();) {
    pollfd waiting{client, POLLIN, 0};
    if (::poll(&waiting, 1, 10) != 1) continue;
    const auto count = ::recv(client, buffer.data(), buffer.size(), 0);
    open = count > 0;
    if (open) {
      std::lock_guard guard(mutex_);
      heard_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    while (open && !stop.stop_requested()) {
      open = ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL) > 0;
      if (!endless_) break;
    }
  }
}

}  // namespace toolhive::registry::test
