// A small HTTP/1.1 client for one connection: what it reports as answered was read to its last
// byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace toolhive::registry::test {

struct Answer {
  int status = 0;
  std::string body;
};

class RegistryClient {
 public:
  explicit RegistryClient(std::uint16_t port) : port_(port) {}
  ~RegistryClient() { close(); }
  RegistryClient(const RegistryClient&) = delete;
  RegistryClient& operator=(const RegistryClient&) = delete;

  // None when the connection failed before the whole answer was there. Connects as needed.
  std::optional<Answer> send(const std::string& method, const std::string& target,
                             const std::string& body = "");

 private:
  bool connect();
  std::optional<Answer> read();
  void close();

  const std::uint16_t port_;
  int socket_ = -1;
};

}  // namespace toolhive::registry::test
