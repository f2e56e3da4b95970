#pragma once

#include <string>

#include "registry/store/postgres/database_options.hpp"
#include "registry/store/redis/redis_options.hpp"
#include "registry/store/rules.hpp"

namespace toolhive::registry {

// Which store there is, and what it may hold.
struct StoreOptions {
  std::string directory = "/data/registry";
  bool shared = false;                 // Whether several replicas have the directory.
  std::string replica_address;         // Of this one, host:port, when `shared`.
  bool tool_files = true;              // Whether files are kept readable as well, a file each tool.
  postgres::DatabaseOptions database;  // When used(), the tools are there and not in `directory`.
  // When used(), starts read from there what the database vouches for.
  redis::RedisOptions cache;
  StoreLimits limits;
};

}  // namespace toolhive::registry
