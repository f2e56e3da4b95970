#pragma once

#include <memory>
#include <mutex>

#include "registry/store/postgres/connection.hpp"
#include "registry/store/postgres/database_options.hpp"
#include "registry/store/replica_turn.hpp"

namespace toolhive::registry::postgres {

// The turn of the replica whose session holds an advisory lock of the database, until the session
// ends. The session is made when it is first asked for.
class LockTurn final : public ReplicaTurn {
 public:
  explicit LockTurn(DatabaseOptions options) : options_(std::move(options)) {}

  Result<bool> mine() override;

 private:
  const DatabaseOptions options_;
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;  // Null, or one that was alive when it was last used.
  bool held_ = false;                       // By that connection.
};

}  // namespace toolhive::registry::postgres
