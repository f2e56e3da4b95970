#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/postgres/database_options.hpp"

struct pg_conn;
struct pg_result;

namespace toolhive::registry::postgres {

// One row of a result, valid while the callback runs that gets it.
class Row {
 public:
  explicit Row(const pg_result* result) : result_(result) {}
  // Empty for NULL.
  std::string_view text(int column) const;
  // 0 for what is not a whole number.
  std::uint64_t number(int column) const;

 private:
  const pg_result* result_;
};

struct Timeouts {
  std::chrono::milliseconds connect{5'000};
  // Of one statement, on the server; here, how long it may say nothing while one runs.
  std::chrono::milliseconds statement{10'000};
  // How long a statement waits for another's lock.
  std::chrono::milliseconds lock{5'000};
};

// A session with a PostgreSQL server (libpq). No call blocks for longer than the timeouts say,
// whatever the server or the network does. Errors hold the server's words, never a password:
// StorageFull (its disk), ReadOnly (a standby), Unavailable otherwise. One thread at a time.
class Connection {
 public:
  using OnRow = std::function<void(const Row&)>;

  // Connects to a server that takes writes.
  static Result<std::unique_ptr<Connection>> open(const DatabaseOptions& options, const Timeouts& timeouts);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs one or more statements without parameters. They are a transaction unless they say
  // otherwise.
  Result<void> run(const std::string& statements, const OnRow& on_row = nullptr);
  // Runs one statement with $1, $2, ... given as text. Rows come as the server sends them: memory
  // is that of one.
  Result<void> query(const std::string& statement, const std::vector<std::string>& parameters,
                     const OnRow& on_row = nullptr);

  // While one lives, a server that is silent for minutes is waited for: for statements whose
  // server-side timeout was lifted because they go through a whole table.
  class Unhurried {
   public:
    explicit Unhurried(Connection& connection) : connection_(connection), before_(connection.patience_) {
      connection_.patience_ = std::chrono::minutes(10);
    }
    ~Unhurried() { connection_.patience_ = before_; }
    Unhurried(const Unhurried&) = delete;
    Unhurried& operator=(const Unhurried&) = delete;

   private:
    Connection& connection_;
    const std::chrono::milliseconds before_;
  };

  // False once the session is lost, or a timeout made it useless. What was under way may or may not
  // have happened.
  bool alive() const { return alive_; }
  // Readable when the server has said something: ask notified().
  int socket() const;
  // Whether a NOTIFY came that this session LISTENs for. Finds out, too, that the session is lost.
  bool notified();

 private:
  Connection(pg_conn* connection, const Timeouts& timeouts);
  Result<void> prepare_session();
  Result<void> finish(bool sent, const OnRow& on_row);
  bool wait(bool for_writing, std::chrono::milliseconds timeout) const;
  Error lost(const std::string& cause);
  Error refused(const pg_result* result) const;

  pg_conn* const connection_;
  const Timeouts timeouts_;
  std::chrono::milliseconds patience_;  // Before the server counts as silent.
  bool alive_ = true;
};

}  // namespace toolhive::registry::postgres
