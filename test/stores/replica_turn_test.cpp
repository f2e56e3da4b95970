// Whose turn it is among the replicas on one store.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "kinds.hpp"
#include "postgres_server.hpp"
#include "registry/store/open/open.hpp"
#include "registry/store/postgres/lock_turn.hpp"

using namespace toolhive::registry;
using toolhive::registry::postgres::LockTurn;
using toolhive::registry::test::PostgresDatabase;

namespace {

// The server notices some time after a session has ended that it has.
bool becomes_mine(ReplicaTurn& turn) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    const auto mine = turn.mine();
    if (mine.ok() && *mine) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

TEST_CASE("on files it is always the turn of the one replica") {
  toolhive::registry::test::FileKind files;
  const auto store = files.open();
  const auto turn = open_turn({}, *store);
  CHECK(*turn->mine());
  CHECK(*turn->mine());
}

TEST_CASE("on a database it is one replica's turn, until its session ends") {
  const PostgresDatabase database;
  auto first = std::make_unique<LockTurn>(database.options().database);
  LockTurn second(database.options().database);
  CHECK(*first->mine());
  CHECK(*first->mine());
  CHECK_FALSE(*second.mine());
  first.reset();
  CHECK(becomes_mine(second));

  // One whose session is ended by the server finds that out before it goes on.
  LockTurn third(database.options().database);
  CHECK_FALSE(*third.mine());
  database.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
      "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
  CHECK(becomes_mine(third));
  const auto lost = second.mine();
  CHECK((!lost.ok() || !*lost));
  CHECK_FALSE(*second.mine());
}

TEST_CASE("a database that cannot be reached is nobody's turn, and says why") {
  toolhive::registry::postgres::DatabaseOptions nowhere;
  nowhere.host = "127.0.0.1";
  nowhere.port = 1;
  LockTurn turn(nowhere);
  const auto mine = turn.mine();
  REQUIRE_FALSE(mine.ok());
  CHECK_FALSE(mine.error().detail.empty());
}
