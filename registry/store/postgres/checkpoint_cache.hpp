#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "registry/store/postgres/connection.hpp"
#include "registry/store/postgres/database_options.hpp"
#include "registry/store/postgres/history.hpp"
#include "registry/store/redis/redis_options.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry::postgres {

struct CheckpointCacheOptions {
  redis::RedisOptions redis;
  DatabaseOptions database;
  Timeouts timeouts;
  // A start that takes longer than this to get the checkpoint does without.
  std::chrono::milliseconds longest_load{10'000};
  // How often this replica looks whether a checkpoint is due, and how long it keeps others from
  // writing one.
  std::chrono::milliseconds interval{30'000};
  // One is due after this many changes, or ten minutes after the first, or when half of the time to
  // live is over.
  std::uint64_t changes = 1'000;
  std::chrono::milliseconds patience = std::chrono::minutes(10);
  // What an administrator should know. Called on the cache's own thread and in load(); must be
  // thread safe.
  std::function<void(bool urgent, std::string_view)> notice = [](bool, std::string_view) {};
};

// Reads the checkpoint at the start, and has this or another replica keep a recent one, on a thread
// of its own. Nothing depends on it: whatever fails is counted, told once, and done without. Thread
// safe but for load().
class CheckpointCache {
 public:
  explicit CheckpointCache(CheckpointCacheOptions options);
  ~CheckpointCache();
  CheckpointCache(const CheckpointCache&) = delete;
  CheckpointCache& operator=(const CheckpointCache&) = delete;

  // The state that the database vouches for, to be followed from there. None when there is none, or
  // it cannot be had in time. Before the first offer().
  std::optional<Follower> load(Connection& connection);

  // Says what the state is now. Never waits.
  void offer(std::shared_ptr<const Follower> follower);

  CacheStatus status() const;

 private:
  class Worker;
  const std::unique_ptr<Worker> worker_;
};

}  // namespace toolhive::registry::postgres
