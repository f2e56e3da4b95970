#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/redis/redis_options.hpp"

namespace toolhive::registry::redis {

// What the server answers to a command.
struct Reply {
  enum class Kind { Nothing, Text, Number };
  Kind kind = Kind::Nothing;
  std::string text;
  std::int64_t number = 0;
};

// A session with a Redis server (RESP2, which every version speaks). No call blocks for longer than
// the options' timeout, nor past the time that the whole session has. Errors are Unavailable and
// hold no secret; after one the session is of no use. One thread at a time.
class Connection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Connects, and logs in where there is a password. `until` is when the whole session ends.
  static Result<std::unique_ptr<Connection>> open(const RedisOptions& options, Deadline until);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends a command without waiting for its reply.
  Result<void> send(const std::vector<std::string_view>& command);
  // Waits for the reply to the first command that has none yet. An error of the server is one here.
  Result<Reply> receive();
  // Both.
  Result<Reply> call(const std::vector<std::string_view>& command);

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  Result<void> log_in(const Address& address);
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::registry::redis
