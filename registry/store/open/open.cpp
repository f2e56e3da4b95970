#include "registry/store/open/open.hpp"

#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/store/file_store.hpp"
#include "registry/store/journal.hpp"
#include "registry/store/postgres/history.hpp"
#include "registry/store/postgres/lock_turn.hpp"
#include "registry/store/postgres/postgres_store.hpp"
#include "registry/store/shared_file_store.hpp"

namespace toolhive::registry {
namespace {

// Files have one process.
class OnlyReplica final : public ReplicaTurn {
 public:
  Result<bool> mine() override { return true; }
};

// Of several on files the one that writes.
class WriterTurn final : public ReplicaTurn {
 public:
  explicit WriterTurn(const WriterLookup& replicas) : replicas_(replicas) {}
  Result<bool> mine() override { return replicas_.writer().here; }

 private:
  const WriterLookup& replicas_;
};

// A start that compacts the log while it is read.
constexpr int kReadings = 5;

Result<Index> read_log(const std::string& path, std::vector<std::string>& damaged) {
  IndexBuilder builder{Index()};
  if (path.empty()) return builder.take();
  auto scan = scan_journal(
      posix_file_system(), path,
      [&](const Record& record) -> Result<void> {
        auto applied = apply(builder, record);
        return applied ? Result<void>() : applied.take_error();
      },
      [&](std::string_view, std::uint64_t offset, const Error& why) {
        damaged.push_back("the record at byte " + std::to_string(offset) + " of " + path +
                          " is damaged: " + why.detail);
      });
  if (!scan) return scan.take_error();
  return builder.take();
}

Result<Index> read_files(const std::string& directory,
                         const std::function<void(std::string_view)>& on_damaged) {
  for (int reading = 0; reading < kReadings; ++reading) {
    auto path = newest_journal(posix_file_system(), directory);
    if (!path) return path.take_error();
    std::vector<std::string> damaged;
    auto index = read_log(*path, damaged);
    auto path_then = newest_journal(posix_file_system(), directory);
    if (!path_then) return path_then.take_error();
    if (*path_then != *path) continue;  // What was read is of the past, or gone.
    for (const auto& each : damaged) on_damaged(each);
    return index;
  }
  return Error{Code::Unavailable, "the log in " + directory +
                                      " was replaced again and again while it was "
                                      "read; try again when the registry has started"};
}

Result<Index> read_database(const postgres::DatabaseOptions& options,
                            const std::function<void(std::string_view)>& on_damaged) {
  auto connection = postgres::Connection::open(options, {});
  if (!connection) return connection.take_error();
  auto head = postgres::begin_reading(**connection);
  if (!head) return head.take_error();
  postgres::Follower follower;
  if (auto done = postgres::follow(**connection, *head, follower, on_damaged); !done)
    return done.take_error();
  return std::move(follower.index);
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options, StoreEvents events) {
  if (options.database.used()) {
    postgres::PostgresStoreOptions database;
    database.database = options.database;
    database.limits = options.limits;
    database.cache = options.cache;
    database.notice = std::move(events.notice);
    database.committed = std::move(events.committed);
    auto store = postgres::PostgresStore::open(std::move(database));
    if (!store) return store.take_error();
    return std::unique_ptr<Store>(std::move(*store));
  }
  FileStoreOptions files;
  files.directory = options.directory;
  files.limits = options.limits;
  files.tool_files = options.tool_files;
  files.notice = std::move(events.notice);
  files.committed = std::move(events.committed);
  if (options.shared) {
    SharedFileStoreOptions shared;
    shared.files = std::move(files);
    shared.address = options.replica_address;
    auto store = SharedFileStore::open(posix_file_system(), system_clock(), std::move(shared));
    if (!store) return store.take_error();
    return std::unique_ptr<Store>(std::move(*store));
  }
  auto store = FileStore::open(posix_file_system(), std::move(files));
  if (!store) return store.take_error();
  return std::unique_ptr<Store>(std::move(*store));
}

std::unique_ptr<ReplicaTurn> open_turn(const StoreOptions& options, Store& store) {
  if (options.database.used()) return std::make_unique<postgres::LockTurn>(options.database);
  if (const auto* replicas = store.replicas()) return std::make_unique<WriterTurn>(*replicas);
  return std::make_unique<OnlyReplica>();
}

Result<Index> read_store(const StoreOptions& options,
                         const std::function<void(std::string_view)>& on_damaged) {
  return options.database.used() ? read_database(options.database, on_damaged)
                                 : read_files(options.directory, on_damaged);
}

}  // namespace toolhive::registry
