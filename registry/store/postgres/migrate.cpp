#include "registry/store/postgres/migrate.hpp"

namespace toolhive::registry::postgres {
namespace {

// What the lock is named by, for all versions of this program: "mcpregis" in ASCII.
constexpr std::string_view kLock = "7882267409458358643";

// 0 when there is no schema yet.
Result<int> schema_version(Connection& connection) {
  bool exists = false;
  auto found = connection.run("SELECT to_regclass('mcp_registry.schema_migrations')",
                              [&](const Row& row) { exists = !row.text(0).empty(); });
  if (!found) return found.take_error();
  int version = 0;
  if (!exists) return version;
  auto read = connection.run("SELECT coalesce(max(version), 0) FROM mcp_registry.schema_migrations",
                             [&](const Row& row) { version = static_cast<int>(row.number(0)); });
  if (!read) return read.take_error();
  const int known = migrations().back().version;
  if (version > known) {
    return Error{Code::Invalid, "the database's schema has version " + std::to_string(version) +
                                    ", and this program knows up to " + std::to_string(known) +
                                    "; run the program that migrated it, or a newer one"};
  }
  return version;
}

Result<Migrated> migrate_locked(Connection& connection) {
  // Another process may take its time with a large table, and so may this one.
  const Connection::Unhurried unhurried(connection);
  auto locked = connection.run(
      "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SELECT "
      "pg_advisory_xact_lock(" +
      std::string(kLock) + ")");
  if (!locked) return locked.take_error();
  bool schema = false;
  auto found = connection.run("SELECT 1 FROM pg_namespace WHERE nspname = 'mcp_registry'",
                              [&](const Row&) { schema = true; });
  // With the schema there, no right is needed to make one.
  if (found && !schema) found = connection.run("CREATE SCHEMA mcp_registry");
  if (found) {
    found = connection.run(
        "CREATE TABLE IF NOT EXISTS mcp_registry.schema_migrations (version integer PRIMARY KEY, name text "
        "NOT NULL, "
        "applied_at timestamptz NOT NULL DEFAULT now())");
  }
  if (!found) return found.take_error();
  auto from = schema_version(connection);
  if (!from) return from.take_error();
  Migrated migrated{*from, *from};
  for (const auto& migration : migrations()) {
    if (migration.version <= *from) continue;
    auto done = connection.run(std::string(migration.statements));
    if (done) {
      done = connection.query("INSERT INTO mcp_registry.schema_migrations (version, name) VALUES ($1, $2)",
                              {std::to_string(migration.version), std::string(migration.name)});
    }
    if (!done) {
      return Error{done.error().code,
                   "the migration " + std::string(migration.name) + " failed: " + done.error().detail};
    }
    migrated.to = migration.version;
  }
  if (auto done = connection.run("COMMIT"); !done) return done.take_error();
  return migrated;
}

}  // namespace

Result<Migrated> migrate(Connection& connection) {
  auto version = schema_version(connection);
  if (!version) return version.take_error();
  if (*version == migrations().back().version) return Migrated{*version, *version};
  auto migrated = migrate_locked(connection);
  if (!migrated && connection.alive()) (void)connection.run("ROLLBACK");
  return migrated;
}

}  // namespace toolhive::registry::postgres
