#include "registry/store/open.hpp"

#include <algorithm>

#include "registry/store/file_store.hpp"
#include "registry/store/log.hpp"
#include "registry/store/postgres/history.hpp"
#include "registry/store/postgres/postgres_store.hpp"

namespace toolhive::registry {
namespace {

Result<Index> read_files(const std::string& directory,
                         const std::function<void(std::string_view)>& on_damaged) {
  auto& files = posix_file_system();
  auto path = newest_log(files, directory);
  if (!path) return path.take_error();
  IndexBuilder builder{Index()};
  if (path->empty()) return builder.take();
  auto scan = scan_log(
      files, *path,
      [&](const Record& record) -> Result<void> {
        auto applied = apply(builder, record);
        return applied ? Result<void>() : applied.take_error();
      },
      [&](std::string_view, std::uint64_t offset, const Error& why) {
        on_damaged("the record at byte " + std::to_string(offset) + " of " + *path +
                   " is damaged: " + why.detail);
      });
  if (!scan) return scan.take_error();
  return builder.take();
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

Result<std::unique_ptr<Store>> open_store(const Config& config, StoreEvents events) {
  if (config.database.used()) {
    postgres::PostgresStoreOptions options;
    options.database = config.database;
    options.limits = config.limits;
    options.cache = config.cache;
    options.notice = std::move(events.notice);
    options.committed = std::move(events.committed);
    auto store = postgres::PostgresStore::open(std::move(options));
    if (!store) return store.take_error();
    return std::unique_ptr<Store>(std::move(*store));
  }
  FileStoreOptions options;
  options.directory = config.storage_path;
  options.limits = config.limits;
  options.notice = std::move(events.notice);
  options.committed = std::move(events.committed);
  auto store = FileStore::open(posix_file_system(), std::move(options));
  if (!store) return store.take_error();
  return std::unique_ptr<Store>(std::move(*store));
}

Result<Index> read_store(const Config& config, const std::function<void(std::string_view)>& on_damaged) {
  return config.database.used() ? read_database(config.database, on_damaged)
                                : read_files(config.storage_path, on_damaged);
}

}  // namespace toolhive::registry
