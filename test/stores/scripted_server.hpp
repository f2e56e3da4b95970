// A server that is none: for what clients do when they are told something odd.
#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>

#include "loopback.hpp"

namespace toolhive::registry::test {

// Returns what comes on a connection with the same bytes each time, or with `endless` from then on
// without end.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::string answer, bool endless = false);

  std::uint16_t port() const { return server_.port(); }  // On 127.0.0.1.
  // All that it was sent, of all connections.
  std::string heard();

 private:
  void serve(int client, const std::stop_token& stop);

  const std::string answer_;
  const bool endless_;
  std::mutex mutex_;
  std::string heard_;
  const LoopbackServer server_;  // The last member: its thread uses the others.
};

}  // namespace toolhive::registry::test
