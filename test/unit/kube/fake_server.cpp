#include "test/unit/kube/fake_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

namespace toolhive::test {

std::string Connection::read_request() {
  for (;;) {
    const std::size_t head = buffered_.find("\r\n\r\n");
    if (head != std::string::npos) {
      std::size_t size = head + 4;
      if (const std::size_t at = buffered_.find("Content-Length:"); at < head)
        size += std::stoul(buffered_.substr(at + 15));
      if (buffered_.size() >= size) {
        std::string request = buffered_.substr(0, size);
        buffered_.erase(0, size);
        return request;
      }
    }
    std::array<char, 4096> chunk;
    const ssize_t count = recv(fd_, chunk.data(), chunk.size(), 0);
    if (count <= 0) return {};
    buffered_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Connection::reply(int status, std::string_view body, std::string_view headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Length: ";
  text += std::to_string(body.size()) + "\r\n";
  text.append(headers).append("\r\n").append(body);
  send(text);
}

void Connection::chunk(std::string_view bytes) {
  std::array<char, 32> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  send(std::string(size.data()) + std::string(bytes) + "\r\n");
}

void Connection::close(bool reset) {
  if (reset) {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd_);
    fd_ = -1;
    return;
  }
  shutdown(fd_, SHUT_RDWR);
}

void Connection::wait_closed() {
  std::array<char, 256> ignored;
  while (recv(fd_, ignored.data(), ignored.size(), 0) > 0) {
  }
}

FakeServer::FakeServer(Handler handler, bool ipv6) : handler_(std::move(handler)), ipv6_(ipv6) {
  listener_ = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  sockaddr_storage address{};
  socklen_t size = 0;
  if (ipv6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    size = sizeof v6;
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof v4;
  }
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0)
    throw std::runtime_error("cannot listen on loopback");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(ipv6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                     : reinterpret_cast<sockaddr_in&>(address).sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

FakeServer::~FakeServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (Connection& connection : open_) shutdown(connection.fd(), SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const Connection& connection : open_) {
    if (connection.fd() >= 0) close(connection.fd());
  }
}

void FakeServer::accept_all() {
  for (;;) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    ++accepted_;
    const std::lock_guard lock(mutex_);
    Connection& connection = open_.emplace_back(fd);
    threads_.emplace_back([this, &connection] {
      handler_(connection);
      if (connection.fd() >= 0) shutdown(connection.fd(), SHUT_RDWR);
    });
  }
}

std::string FakeServer::url() const {
  return (ipv6_ ? "http://[::1]:" : "http://127.0.0.1:") + std::to_string(port_);
}

}  // namespace toolhive::test
