#include "registry/store/open/fill.hpp"

#include "registry/store/fill.hpp"
#include "registry/store/postgres/fill.hpp"
#include "registry/store/postgres/migrate.hpp"

namespace toolhive::registry {
namespace {

Result<std::unique_ptr<postgres::Connection>> connect_and_migrate(const postgres::DatabaseOptions& options) {
  auto connection = postgres::Connection::open(options, {});
  if (!connection) return connection;
  if (auto migrated = postgres::migrate(**connection); !migrated) return migrated.take_error();
  return connection;
}

}  // namespace

Result<std::string> read_origin(const StoreOptions& options) {
  if (!options.database.used()) return read_origin(posix_file_system(), options.directory);
  auto connection = connect_and_migrate(options.database);
  return connection ? postgres::read_origin(**connection) : connection.take_error();
}

Result<void> fill_store(const StoreOptions& options, const Index& index, const std::string& origin) {
  if (!options.database.used()) return fill_directory(posix_file_system(), options.directory, index, origin);
  auto connection = connect_and_migrate(options.database);
  return connection ? postgres::fill(**connection, index, origin) : connection.take_error();
}

}  // namespace toolhive::registry
