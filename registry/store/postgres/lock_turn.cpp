#include "registry/store/postgres/lock_turn.hpp"

namespace toolhive::registry::postgres {
namespace {

// What the lock is named by, for all versions of this program: "mcpupstr" in ASCII.
constexpr std::string_view kTurnLock = "7882267422528599154";

}  // namespace

Result<bool> LockTurn::mine() {
  const std::lock_guard guard(mutex_);
  if (!connection_) {
    auto opened = Connection::open(options_, {});
    if (!opened) return opened.take_error();
    connection_ = std::move(*opened);
    held_ = false;
  }
  // One that holds the lock finds out whether its session still lives.
  const auto statement =
      held_ ? std::string("SELECT 't'") : "SELECT pg_try_advisory_lock(" + std::string(kTurnLock) + ")";
  bool held = false;
  const auto asked = connection_->run(statement, [&](const Row& row) { held = row.text(0) == "t"; });
  held_ = asked && held;
  if (!asked) {
    connection_.reset();
    return asked.error();
  }
  return held_;
}

}  // namespace toolhive::registry::postgres
