#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "registry/base/result.hpp"
#include "registry/store/postgres/connection.hpp"
#include "registry/store/postgres/history.hpp"
#include "registry/store/redis/connection.hpp"

namespace toolhive::registry::postgres {

// A checkpoint: a copy of the whole state at one place of the history, in Redis. A start takes it
// from there and reads only what came later from the database.
//
// It is made of chunks, texts of records as a log has them, under keys that hold their SHA-256, and
// of a manifest that lists the chunks and is itself known by its SHA-256. The database's table
// mcp_registry.checkpoint holds that one: what it does not vouch for is not believed, whoever wrote
// it to Redis. So a database that was restored from a backup, or made anew, has the checkpoints of
// its own past and no other.

// The row of mcp_registry.checkpoint.
struct CheckpointRow {
  std::string database;  // Names the database in keys.
  std::uint64_t generation = 0;
  std::uint64_t sequence = 0;
  Sha256 manifest = {};
  std::chrono::milliseconds age{0};

  bool given() const { return generation != 0; }
};

Result<CheckpointRow> read_checkpoint_row(Connection& connection);

// Has the database vouch for a checkpoint of the state at `head`. False when its history has no
// such place any more.
Result<bool> record_checkpoint(Connection& connection, const Head& head, const Sha256& manifest);

struct CheckpointOptions {
  std::string database;  // Of the checkpoint.
  std::chrono::milliseconds ttl{};
  bool whole = false;                                    // Writes what seems to be there as well.
  std::function<bool()> stopped = [] { return false; };  // Asked between two chunks.
};

// Writes one, and returns the SHA-256 of its manifest. Chunks that are there, since the last
// checkpoint had them too, only get their time to live anew: a chunk has the records of one part of
// the history. `bytes` counts what is sent.
Result<Sha256> write_checkpoint(redis::Connection& redis, const CheckpointOptions& options,
                                const Follower& follower, std::atomic<std::uint64_t>& bytes);

// Reads the one that is vouched for. NotFound when it, or a part of it, is not there; Corrupt when
// it is not what was written. `bytes` counts what comes.
Result<Follower> read_checkpoint(redis::Connection& redis, const CheckpointRow& checkpoint,
                                 std::atomic<std::uint64_t>& bytes);

}  // namespace toolhive::registry::postgres
