// A real PostgreSQL server, started by the first test that needs one and gone with this process,
// however that ends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "registry/store/postgres/postgres_store.hpp"

namespace toolhive::registry::test {

class PostgresServer {
 public:
  // The one of this process. Fails the test when the server does not start.
  static PostgresServer& get();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  const std::string& folder() const { return folder_; }  // Of its Unix socket.
  std::uint16_t port() const { return port_; }           // Of both sockets.

  // Kills all of its processes with SIGKILL.
  void kill() { order("kill"); }
  void stop() { order("stop"); }
  void start() { order("start"); }

  // A database's options for the Unix socket.
  postgres::DatabaseOptions database(const std::string& name) const;
  // A session in a database, for what only an administrator does.
  std::unique_ptr<postgres::Connection> session(const std::string& database) const;

 private:
  PostgresServer();
  void order(const std::string& what);
  std::string read_line();

  int to_ = -1, from_ = -1;
  int pid_ = -1;
  std::string folder_;
  std::uint16_t port_ = 0;
};

// An empty database of that server, dropped at the end.
class PostgresDatabase {
 public:
  PostgresDatabase();
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  const std::string& name() const { return name_; }
  postgres::PostgresStoreOptions options() const;
  // Opens a store that must open.
  std::unique_ptr<postgres::PostgresStore> open() const { return open(options()); }
  static std::unique_ptr<postgres::PostgresStore> open(postgres::PostgresStoreOptions options);
  // Runs statements that must succeed, and returns the first column of their last row.
  std::string sql(const std::string& statements) const;

 private:
  std::string name_;
};

}  // namespace toolhive::registry::test
