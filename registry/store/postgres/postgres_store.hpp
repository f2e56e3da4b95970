#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "registry/store/postgres/connection.hpp"
#include "registry/store/postgres/database_options.hpp"
#include "registry/store/redis/redis_options.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry::postgres {

struct PostgresStoreOptions {
  DatabaseOptions database;
  Timeouts timeouts;
  StoreLimits limits;
  // Time of registrations.
  std::function<std::chrono::system_clock::time_point()> now = [] {
    return std::chrono::system_clock::now();
  };
  // Writes waiting for the database; more are refused with Unavailable.
  std::size_t queue = 4096;
  // How often the database is asked for other replicas' writes when no notification comes.
  std::chrono::milliseconds poll{500};
  // How long to wait after the first failed attempt to connect, and at most.
  std::chrono::milliseconds first_retry{100}, longest_retry{1'000};
  // A history is compacted when it is opened, has at least this many records, and more than half
  // are of no use any more.
  std::uint64_t compact_records = 20'000;

  // When used(), what a start reads is cached there (checkpoint_cache.hpp).
  redis::RedisOptions cache;
  std::chrono::milliseconds cache_interval{30'000};
  std::uint64_t cache_changes = 1'000;

  // Both are called on the store's own threads and must be thread safe.
  // What an administrator should know, in one sentence; `urgent` when something is wrong.
  std::function<void(bool urgent, std::string_view)> notice = [](bool, std::string_view) {};
  // After each group of records was committed: how many, and how long that took.
  std::function<void(std::size_t records, std::chrono::nanoseconds)> committed =
      [](std::size_t, std::chrono::nanoseconds) {};
};

// Tools in a PostgreSQL database, which any number of replicas may share; README.md tells how, and
// what it survives.
class PostgresStore final : public Store {
 public:
  // Connects, migrates the schema and reads all tools. Unavailable when the database cannot be
  // reached or refuses, which may change; Invalid when a newer program migrated it, or it cannot be
  // used as it is.
  static Result<std::unique_ptr<PostgresStore>> open(PostgresStoreOptions options);

  ~PostgresStore() override;

  std::shared_ptr<const Index> snapshot() const override;
  void write(Write write, Done done) override;
  StoreStatus status() override;

 private:
  class Worker;
  explicit PostgresStore(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

}  // namespace toolhive::registry::postgres
