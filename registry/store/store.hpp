#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/model/server.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/index.hpp"
#include "registry/store/record.hpp"

namespace toolhive::registry {

// If-Match and If-None-Match of a write (RFC 9110, section 13.1), checked against the version
// that the write is about, of a whole tool its latest, when its turn has come.
struct Precondition {
  bool must_not_exist = false;      // If-None-Match: *
  bool must_exist = false;          // If-Match: *
  std::vector<std::string> one_of;  // If-Match with entity tags, without quotes; empty for any.
};

// Whether the sender may write to a name that a write turns out to touch. Empty: to every name.
// Called on a thread of the store.
using MayWrite = std::function<bool(std::string_view)>;

struct VersionComparison;
class WriterLookup;

// Registers a version of a tool.
struct Register {
  Definition definition;
  Precondition precondition;
  bool force = false;  // Also what another manager holds, which it then no longer does.
  CompatibilityPolicy compatibility = CompatibilityPolicy::None;
  // Of compare_ahead(); null when it was not asked.
  std::shared_ptr<const VersionComparison> compared = nullptr;
};

// Withdraws a version of a tool, or the whole tool.
struct Withdraw {
  std::string name;
  std::optional<std::string> version;
  std::optional<ManagedBy> manager;  // Who asks.
  Precondition precondition;
  // Forgets it altogether, also what was withdrawn before: the version is free again.
  bool purge = false;
  bool force = false;  // Also what another manager holds.
};

// Changes the status of a version of a tool or server, or of all versions it has.
struct SetStatus {
  std::string name;
  std::optional<std::string> version;
  Status status;
  std::optional<ManagedBy> manager;  // Who asks.
  Precondition precondition;
  bool force = false;  // Also what another manager holds.
  MayWrite may_write = {};
  NamingPolicy naming = {};  // Of the tools that come back with a server's version.
};

// What an upstream says of a version of a server beside its server.json.
struct UpstreamWord {
  UpstreamOrigin origin;
  Status status;
};

// Publishes a version of a server, or changes what one says of itself, and registers the tools it
// brings.
struct PutServer {
  ServerDefinition server;
  // The version must be there, and not deleted. Else it must never have been there.
  bool edit = false;
  MayWrite may_write = {};
  CompatibilityPolicy compatibility = CompatibilityPolicy::None;  // Of its tools.
  // Of compare_ahead(), one for each of its tools; empty when it was not asked.
  std::vector<std::shared_ptr<const VersionComparison>> compared = {};
  // Given, the version becomes what the upstream says it is, whether it was there or not.
  std::optional<UpstreamWord> word = std::nullopt;
};

// Takes over a record of another store as it is: a document with its status and times, or the
// memory of a withdrawn version. What is there stays.
struct Restore {
  Operation operation = Operation::Register;  // Or Retire.
  std::string payload;
};

using Write = std::variant<Register, Withdraw, SetStatus, PutServer, Restore>;

// The tool or server that a write is about; empty for a Restore, whose payload says it.
const std::string& name_of(const Write& write);

// What a write came to.
struct WriteOutcome {
  enum class Kind {
    Created,    // The version was not there before.
    Unchanged,  // It was, with the same content.
    Changed,    // It was, and has another status or says something else of itself now.
    Withdrawn,
  };
  Kind kind = Kind::Unchanged;
  std::string name;       // Of the tool or server.
  bool new_tool = false;  // Created, and the first version under its name.
  std::shared_ptr<const Registration>
      registration;  // Unless Withdrawn; of several the first that was written.
  // Those of a server that were registered or withdrawn with it.
  std::vector<std::string> tools = {};
};

// What a cache beside the storage has been good for since the start, in numbers that only grow.
struct CacheStatus {
  std::uint64_t hits = 0,
                misses = 0;   // Starts that took the state from it, and that did not find it there.
  std::uint64_t errors = 0;   // It could not be reached, was too slow, or had something else.
  std::uint64_t written = 0;  // Times that this replica wrote the state.
  std::uint64_t bytes_read = 0, bytes_written = 0;
};

// How far the readable files of the tools are behind.
struct ToolFilesStatus {
  // Tools whose files may not be what they should be, and 1 for the folder while it is not known
  // what is there.
  std::uint64_t pending = 0;
  std::uint64_t errors = 0;  // Attempts that failed since the start; only grows.
};

// Of one of several replicas on files: who writes, and how fresh it is.
struct ReplicaStatus {
  bool writes = false;
  std::uint64_t epoch = 0;  // Of the writer; grows with each.
  std::string writer;       // Where the writer is, if that is another and known.
  // Since it last looked for what others committed: reads show at least what was committed then.
  std::chrono::milliseconds behind{0};
};

// A store's condition.
struct StoreStatus {
  bool writable = true;     // False: writes are refused until `reason` is mended.
  bool ready = true;        // False: requests are better sent to another replica, if there is one.
  std::string reason;       // Why not writable, and what to do. Holds no secret.
  std::uint64_t bytes = 0;  // Used by the tools on the disk.
  // On the disk, for this process; none when that is not known.
  std::optional<std::uint64_t> free_bytes;
  std::uint64_t quarantined = 0;                   // Records that did not verify and are not served.
  std::optional<CacheStatus> cache;                // When there is one.
  std::optional<ToolFilesStatus> tool_files = {};  // When they are kept.
  std::optional<ReplicaStatus> replica = {};       // When one of several replicas writes.
};

// What keeps the tools and servers: a history of records, decided by rules.hpp and durable, and an
// Index made of it in memory. test/stores/conformance_test.cpp holds every store to what is said
// here. Thread safe.
//
//  - Order. All writes of all replicas happen one after the other, each decided on top of those
//    before it. Writes given to write() by one thread happen in the order given.
//  - Durability. A write whose `done` reported success survives the death of the process and of the
//    machine. One that reported a failure changed nothing, unless the error says that its outcome
//    is not known: it may then be there, on files also in part where it makes several records, and
//    repeating it is harmless and completes it.
//  - Reads. snapshot() shows a write no later than its `done` is called, and other replicas' writes
//    within a second while the storage can be reached. Reads go on, on what was last known, while
//    writes cannot.
//  - Identity. A document is served byte for byte as it was registered, with the same entity tag,
//    for as long as it is live, by every replica and after every restart.
class Store {
 public:
  using Done = std::function<void(Result<WriteOutcome>)>;

  // Carries out or refuses what waits, calling each `done`, before it returns.
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The tools as of the last durable write that is known here. Never null; never waits for a
  // writer. What was taken does not change.
  virtual std::shared_ptr<const Index> snapshot() const = 0;

  // Carries out `write` and calls `done` exactly once: with its outcome when that is durable and
  // seen by snapshot(), or with an error. The rules' refusals are NotFound, Conflict, Precondition
  // and StorageFull; the storage's are StorageFull, ReadOnly, Elsewhere and Unavailable, which may
  // succeed when repeated. `done` runs on a thread of the store, or before write() returns, and
  // must neither block nor throw.
  virtual void write(Write write, Done done) = 0;

  // May ask the operating system; cheap enough for a probe every second.
  virtual StoreStatus status() = 0;

  // Where one of several replicas writes: who that is. Null where each does, or there is one.
  virtual WriterLookup* replicas() { return nullptr; }
};

// The entity tag of a version, without quotes.
std::string entity_tag(const Registration& registration);

}  // namespace toolhive::registry
