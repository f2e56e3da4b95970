#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/index.hpp"
#include "registry/store/record.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// A write that waits for its turn, and whom to tell.
struct PendingWrite {
  Write write;
  Store::Done done;
};

// A record with a payload of its own.
struct NewRecord {
  Sha256 checksum = {};
  std::uint64_t sequence = 0;
  Operation operation = Operation::Register;
  std::string payload;

  Record view() const { return {checksum, sequence, operation, payload}; }
};

// A group of writes, decided by the rules but not carried out: what every store makes durable in
// its own way, as a whole or not at all, before it publishes the index and tells the outcomes.
struct Plan {
  IndexBuilder builder;                        // Has the records applied.
  std::vector<Result<WriteOutcome>> outcomes;  // One for each write, in their order.
  std::vector<NewRecord> records;              // None when nothing changes.
};

// Decides each write in turn, each on top of those before it, and at a time after all in the
// history: `now`, in the form of to_rfc3339_micro(), or the next one possible. So whoever has seen
// all changes up to a time finds all others after it.
Plan plan_writes(const Index& base, const std::vector<PendingWrite>& writes, const StoreLimits& limits,
                 std::string_view now);

// Replaces the outcomes of a plan whose records could not be made durable: a write that changes
// nothing on `base` gets its answer all the same, every other one `failure`.
void fail_changes(Plan& plan, const Index& base, const std::vector<PendingWrite>& writes,
                  const StoreLimits& limits, std::string_view now, const Error& failure);

// Tells each write its outcome.
void answer(std::vector<PendingWrite>& writes, std::vector<Result<WriteOutcome>>& outcomes);

}  // namespace toolhive::registry
