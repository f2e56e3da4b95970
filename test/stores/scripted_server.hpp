// A server that is none: for what clients do when they are told something odd.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace registry::test {

/// Answers what comes on a connection with the same bytes each time, or with `endless` from then on without end.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::string answer, bool endless = false);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }  ///< On 127.0.0.1.
  /// All that it was sent, of all connections.
  std::string heard();

 private:
  void run(const std::stop_token& stop);

  const std::string answer_;
  const bool endless_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::string heard_;
  std::jthread thread_;
};

}  // namespace registry::test
