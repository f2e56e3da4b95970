#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/index.hpp"
#include "registry/store/plan.hpp"
#include "registry/store/postgres/connection.hpp"

namespace toolhive::registry::postgres {

// The one row of mcp_registry.head: how far the history goes.
struct Head {
  std::uint64_t sequence = 0;
  Sha256 checksum = {};
  std::uint64_t generation = 0;
  std::string last_time = {};  // The latest in the history, also of what a compaction left out.
  bool operator==(const Head&) const = default;
};

// An Index and the place in the history up to which it was made.
struct Follower {
  Index index;
  Head head;
  std::uint64_t records = 0;  // Read for it since the last whole reading.
  std::uint64_t damaged = 0;  // Of them, those that did not verify and are left out.
};

// Called with one sentence for each record that does not verify.
using OnDamaged = std::function<void(std::string_view)>;

// Finds a record damaged whose checksum matches.
using Check = std::function<Result<void>(const Record&)>;

// Reads the head alone.
Result<Head> read_head(Connection& connection);

// Begins a transaction that may write: waits until no other replica is in one, and returns the
// head. The caller ends it.
Result<Head> begin_writing(Connection& connection);
// Begins a transaction that sees one state of the history.
Result<Head> begin_reading(Connection& connection);

// Within one of these transactions, whose head this is: brings `follower` up to it, with what is
// new or, when that cannot be told from what it has, with all there is. Invalid when a newer
// program wrote a record. On failure the follower is unchanged. `check` may find a record damaged
// whose checksum matches.
Result<void> follow(Connection& connection, const Head& head, Follower& follower, const OnDamaged& on_damaged,
                    const Check& check = nullptr);

// Whether the record is in the history.
Result<bool> has_record(Connection& connection, const NewRecord& record);

// Within begin_writing(): adds the records, tells all replicas, and commits. `head` is what the
// head then is. `committing` is set before the statement whose outcome is not known when the
// connection is lost in it.
Result<void> append_and_commit(Connection& connection, const std::vector<NewRecord>& records,
                               const Head& head, bool& committing);

// Within begin_writing(): puts `index` in the place of the whole history, as `head` with the next
// generation, and commits. All replicas read it anew. Returns how many records there are.
Result<std::uint64_t> replace_and_commit(Connection& connection, const Index& index, Head& head);

// Rewrites a history of which most is superseded. All replicas read it anew. Returns how many
// records it then has.
Result<std::uint64_t> compact(Connection& connection, Follower& follower, const OnDamaged& on_damaged);

}  // namespace toolhive::registry::postgres
