// A real Redis server for the tests of the cache, with a password and with TLS. It dies with this
// process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../e2e/harness/process.hpp"
#include "loopback.hpp"
#include "registry/store/redis/connection.hpp"

namespace toolhive::registry::test {

class RedisServer {
 public:
  // The one of this process, empty. Fails the test when the server does not start.
  static RedisServer& get();
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  // Holds password, server.crt (its own authority).
  const std::string& folder() const { return folder_; }

  redis::RedisOptions options() const { return options(port_); }
  redis::RedisOptions options(std::uint16_t port) const;
  redis::RedisOptions tls_options() const;

  // Kills it with SIGKILL: what it had is gone.
  void kill() { process_.reset(); }
  void start();
  // Stops it in the middle of whatever it does (SIGSTOP), and lets it go on.
  void freeze(bool frozen) const;

  // Runs a command that must succeed, and returns its text.
  std::string command(const std::vector<std::string_view>& words) const;
  // The keys it holds that begin so, with spaces between them.
  std::string keys(const std::string& beginning) const;

 private:
  RedisServer();

  std::string folder_;
  std::uint16_t port_ = 0, tls_port_ = 0;
  std::unique_ptr<e2e::Background> process_;
};

// Passes one connection after another on to a port of this machine, up to some bytes of what comes
// back; then says nothing more, or hangs up.
class FaultyLine {
 public:
  enum class End { Silence, HangUp };
  FaultyLine(std::uint16_t upstream, std::size_t bytes, End end);

  std::uint16_t port() const { return server_.port(); }

 private:
  void pass(int client, const std::stop_token& stop) const;

  const std::uint16_t upstream_;
  const std::size_t bytes_;
  const End end_;
  const LoopbackServer server_;  // The last member: its thread uses the others.
};

}  // namespace toolhive::registry::test
