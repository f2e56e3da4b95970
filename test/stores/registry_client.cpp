#include "registry_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "loopback.hpp"

namespace toolhive::registry::test {

void RegistryClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool RegistryClient::connect() {
  if (socket_ >= 0) return true;
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  const int on = 1;
  (void)::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{10, 0};
  (void)::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto address = loopback(port_);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  close();
  return false;
}

std::optional<Answer> RegistryClient::send(const std::string& method, const std::string& target,
                                           const std::string& body) {
  if (!connect()) return std::nullopt;
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;
  std::optional<Answer> answer;
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()))
    answer = read();
  if (!answer) close();
  return answer;
}

std::optional<Answer> RegistryClient::read() {
  std::string bytes;
  std::array<char, 16384> buffer{};
  const auto more = [&] {
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count > 0) bytes.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  };
  std::size_t end = 0;
  while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return std::nullopt;
  }
  Answer answer;
  constexpr std::size_t kStatusAt = 9;  // Behind "HTTP/1.1 ".
  (void)std::from_chars(bytes.data() + kStatusAt, bytes.data() + end, answer.status);
  std::size_t length = 0;
  if (const auto at = bytes.find("Content-Length: "); at < end)
    (void)std::from_chars(bytes.data() + at + 16, bytes.data() + end, length);
  const auto begin = end + 4;
  while (bytes.size() < begin + length) {
    if (!more()) return std::nullopt;
  }
  answer.body = bytes.substr(begin, length);
  return answer;
}

}  // namespace toolhive::registry::test
