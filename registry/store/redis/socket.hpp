#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"

namespace toolhive::registry::redis {

// A TCP connection, with TLS if wished. No call takes longer than until the time it is given, name
// resolution included. Errors are Unavailable and hold the system's words. One thread at a time.
class Socket {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  struct Peer {
    std::string host, port;
    bool tls = false;     // 1.2 or later; the certificate must be for `host`.
    std::string ca_file;  // PEM; empty for the system's authorities.
  };

  static Result<std::unique_ptr<Socket>> connect(const Peer& peer, Deadline until);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Writes all of `bytes`.
  Result<void> write(std::string_view bytes, Deadline until);
  // Reads what comes, one byte at least.
  Result<std::size_t> read(char* buffer, std::size_t size, Deadline until);

 private:
  struct State;
  explicit Socket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::registry::redis
