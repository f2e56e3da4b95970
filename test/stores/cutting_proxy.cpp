#include "cutting_proxy.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace toolhive::registry::test {
namespace {

constexpr int kTick = 10;  // Milliseconds between looks at the mode.

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(std::string upstream) : upstream_(std::move(upstream)) {
  char pattern[] = "/tmp/registry-proxy-XXXXXX";
  const char* made = ::mkdtemp(pattern);
  REQUIRE(made != nullptr);
  folder_ = made;
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(folder_ + "/.s.PGSQL.5432");
  REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener_, 16) == 0);
  acceptor_ = std::jthread([this] { accept_all(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  acceptor_.join();
  sessions_.clear();
  ::close(listener_);
  std::error_code ignored;  // What is left over in /tmp fails no test.
  std::filesystem::remove_all(folder_, ignored);
}

void CuttingProxy::accept_all() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kTick) != 1) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++connections;
    sessions_.emplace_back([this, client] { pass(client); });
  }
}

void CuttingProxy::pass(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(upstream_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  bool swallow = false;  // The server's next answer, and the connection with it.
  std::array<char, 65536> buffer{};
  while (open && !stopping_) {
    std::array<pollfd, 2> both = {{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(both.data(), both.size(), kTick) <= 0) continue;
    if (mode == Mode::Stall) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kTick));
      continue;
    }
    for (std::size_t i = 0; open && i < both.size(); ++i) {
      if (both[i].revents == 0) continue;
      const auto count = ::recv(both[i].fd, buffer.data(), buffer.size(), 0);
      open = count > 0;
      if (!open) break;
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
      const bool from_client = i == 0;
      // Reads end with a COMMIT of their own; only a write's comes behind its NOTIFY.
      if (from_client && bytes.find("NOTIFY") != bytes.npos) {
        auto expected = Mode::CutBeforeCommit;
        if (mode.compare_exchange_strong(expected, next)) {
          ++cuts;
          open = false;
          break;
        }
        expected = Mode::CutAfterCommit;
        swallow = mode.compare_exchange_strong(expected, next);
      } else if (!from_client && swallow) {
        ++cuts;
        open = false;
        break;
      }
      open = send_all(from_client ? server : client, bytes);
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace toolhive::registry::test
