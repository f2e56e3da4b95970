#include "test/unit/http/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

namespace toolhive::http_test {

using std::chrono::milliseconds;

namespace {

// Calls `call` again where a signal interrupted it: programs under test are told of their
// children's ends by SIGCHLD.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// Whether there is something to read, or the connection has ended, within `limit`.
bool becomes_readable(int descriptor, milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  return uninterrupted([&] {
           const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
           pollfd waiting{descriptor, POLLIN, 0};
           return ::poll(&waiting, 1, static_cast<int>(std::max<long>(0, left.count())));
         }) > 0;
}

}  // namespace

Client::Client(std::uint16_t port, const char* address, int receive_buffer) {
  const bool v6 = std::strchr(address, ':') != nullptr;
  descriptor_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  int failed = -1;
  if (v6) {
    sockaddr_in6 peer{};
    peer.sin6_family = AF_INET6;
    peer.sin6_port = htons(port);
    ::inet_pton(AF_INET6, address, &peer.sin6_addr);
    failed = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&peer), sizeof peer);
  } else {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &peer.sin_addr);
    failed = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&peer), sizeof peer);
  }
  if (failed != 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

Client::~Client() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Client::Client(Client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        uninterrupted([&] { return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::get(std::string_view target, std::string_view extra) {
  return send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(extra) + "\r\n");
}

bool Client::fill(milliseconds limit) {
  if (!becomes_readable(descriptor_, limit)) return false;
  std::array<char, 65536> block{};
  const ssize_t count = uninterrupted([&] { return ::recv(descriptor_, block.data(), block.size(), 0); });
  if (count <= 0) return false;
  received_.append(block.data(), static_cast<std::size_t>(count));
  return true;
}

Response Client::read(bool bodiless) {
  Response response;
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return response;
  }
  const std::string head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  if (head.rfind("HTTP/1.1 ", 0) != 0) return response;
  response.status = static_cast<unsigned>(std::stoul(head.substr(9, 3)));
  for (std::size_t line = head.find("\r\n") + 2; line < head.size();) {
    const std::size_t next = head.find("\r\n", line);
    const std::size_t colon = head.find(':', line);
    std::string name = head.substr(line, colon - line);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    response.fields[name] = head.substr(colon + 2, next - colon - 2);
    line = next + 2;
  }
  if (bodiless || response.status == 204 || response.status == 304 || response.status < 200) {
    response.complete = true;
  } else if (response.fields.contains("transfer-encoding")) {
    for (;;) {
      std::size_t line = 0;
      while ((line = received_.find("\r\n")) == std::string::npos) {
        if (!fill()) return response;
      }
      const std::size_t size = std::stoul(received_.substr(0, line), nullptr, 16);
      while (received_.size() < line + 4 + size) {
        if (!fill()) return response;
      }
      response.body += received_.substr(line + 2, size);
      received_.erase(0, line + 4 + size);
      if (size == 0) break;
    }
    response.complete = true;
  } else if (const auto length = response.fields.find("content-length"); length != response.fields.end()) {
    const std::size_t size = std::stoul(length->second);
    while (received_.size() < size) {
      if (!fill()) break;
    }
    response.complete = received_.size() >= size;
    response.body = received_.substr(0, size);
    received_.erase(0, size);
  } else {
    while (fill()) {
    }
    response.body = std::exchange(received_, {});
    response.complete = true;
  }
  return response;
}

std::string Client::read_to_end() {
  while (fill()) {
  }
  return std::exchange(received_, {});
}

bool Client::ended_within(milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (!becomes_readable(descriptor_, left)) return false;
    std::array<char, 65536> block{};
    if (uninterrupted([&] { return ::recv(descriptor_, block.data(), block.size(), 0); }) <= 0) return true;
  }
}

bool Client::silent_for(milliseconds time) {
  return received_.empty() && !becomes_readable(descriptor_, time);
}

void Client::finish_sending() {
  ::shutdown(descriptor_, SHUT_WR);
}

void Client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(descriptor_, -1));
}

unsigned status_for(std::uint16_t port, std::string_view bytes) {
  Client client(port);
  client.send(bytes);
  return client.read().status;
}

}  // namespace toolhive::http_test
