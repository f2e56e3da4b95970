#include "registry/store/postgres/history.hpp"

#include <optional>

#include "controller/base/time.hpp"
#include "registry/store/loading.hpp"

namespace toolhive::registry::postgres {
namespace {

constexpr std::string_view kHead =
    "SELECT sequence, encode(checksum, 'hex'), generation, last_time FROM mcp_registry.head";

Result<Head> run_for_head(Connection& connection, const std::string& statements) {
  std::optional<Head> head;
  auto done = connection.run(statements, [&](const Row& row) {
    head.emplace();
    head->sequence = row.number(0);
    (void)from_hex(row.text(1), head->checksum);  // Empty, and thus zero, while there is no record.
    head->generation = row.number(2);
    if (const auto time = parse_rfc3339(row.text(3))) head->last_time = to_rfc3339_micro(*time);
  });
  if (!done) return done.take_error();
  if (!head)
    return Error{Code::Unavailable,
                 "the database's table mcp_registry.head has lost its row; restore it from a backup"};
  return *head;
}

// Reads what comes after `after` into the builder.
class Reader {
 public:
  Reader(IndexBuilder& builder, const OnDamaged& on_damaged, const Check& check)
      : builder_(builder), on_damaged_(on_damaged), check_(check) {}

  Result<void> read(Connection& connection, std::uint64_t after) {
    auto done = connection.query(
        "SELECT sequence, operation, encode(checksum, 'hex'), payload, part FROM mcp_registry.records "
        "WHERE sequence > $1::bigint ORDER BY sequence, part",
        {std::to_string(after)}, [this](const Row& row) { take(row); });
    if (done && refusal_) done = *refusal_;
    return done;
  }

  std::uint64_t records() const { return records_; }
  std::uint64_t damaged() const { return damaged_; }

 private:
  void take(const Row& row) {
    if (refusal_) return;
    ++records_;
    Record record;
    record.sequence = row.number(0);
    record.payload = row.text(3);
    if (!operation_from(row.text(1), record.operation)) {
      refusal_ =
          Error{Code::Invalid, "the record " + std::to_string(record.sequence) +
                                   " of the database has an operation that this program does not know (" +
                                   std::string(row.text(1)) + "); run a newer one"};
      return;
    }
    Result<void> good;
    if (!from_hex(row.text(2), record.checksum) ||
        record.checksum != record_checksum(record.sequence, record.operation, record.payload)) {
      good = Error{Code::Corrupt, "the checksum does not match"};
    } else if (auto applied = apply(builder_, record); !applied) {
      good = applied.take_error();
    } else if (check_) {
      good = check_(record);
    }
    if (good) return;
    ++damaged_;
    on_damaged_("the record " + std::to_string(record.sequence) + " part " + std::string(row.text(4)) +
                " of mcp_registry.records is damaged (" + good.error().detail +
                ") and not served; register the tool again");
  }

  IndexBuilder& builder_;
  const OnDamaged& on_damaged_;
  const Check& check_;
  std::uint64_t records_ = 0;
  std::uint64_t damaged_ = 0;
  std::optional<Error> refusal_;
};

// Whether what `follower` has is the beginning of the history that goes up to `head`.
Result<bool> is_continued(Connection& connection, const Head& head, const Follower& follower) {
  const auto& mine = follower.head;
  if (head.generation != mine.generation || head.sequence < mine.sequence) return false;
  if (head.sequence == mine.sequence) return head.checksum == mine.checksum;
  if (mine.sequence == 0) return true;
  // A failover to a server that lacked the last writes may have been followed by other ones.
  bool same = false;
  auto found = connection.query(
      "SELECT 1 FROM mcp_registry.records WHERE sequence = $1::bigint AND encode(checksum, 'hex') = $2",
      {std::to_string(mine.sequence), to_hex(mine.checksum)}, [&](const Row&) { same = true; });
  if (!found) return found.take_error();
  return same;
}

// Adds up to kRows records with one statement.
class Inserter {
 public:
  explicit Inserter(Connection& connection) : connection_(connection) {}

  Result<void> add(const Record& record, std::uint64_t part) {
    statement_ += parameters_.empty() ? "(" : ",(";
    for (auto value : {std::to_string(record.sequence), std::to_string(part),
                       std::string(operation_name(record.operation)), "\\x" + to_hex(record.checksum),
                       std::string(record.payload)}) {
      parameters_.push_back(std::move(value));
      statement_ += '$' + std::to_string(parameters_.size()) + ',';
    }
    statement_.back() = ')';
    return parameters_.size() >= kRows * 5 ? flush() : Result<void>();
  }
  Result<void> flush() {
    if (parameters_.empty()) return {};
    auto done = connection_.query(
        "INSERT INTO mcp_registry.records (sequence, part, operation, checksum, payload) VALUES " +
            statement_,
        parameters_);
    statement_.clear();
    parameters_.clear();
    return done;
  }

 private:
  static constexpr std::size_t kRows = 512;
  Connection& connection_;
  std::string statement_;
  std::vector<std::string> parameters_;
};

Result<void> set_head_and_commit(Connection& connection, const Head& head) {
  const auto sequence = std::to_string(head.sequence);
  return connection.run("UPDATE mcp_registry.head SET sequence = " + sequence + ", checksum = '\\x" +
                        to_hex(head.checksum) + "', generation = " + std::to_string(head.generation) +
                        ", last_time = '" + head.last_time + "'; NOTIFY mcp_registry, '" + sequence +
                        "'; COMMIT");
}

}  // namespace

Result<Head> read_head(Connection& connection) {
  return run_for_head(connection, std::string(kHead));
}

Result<Head> begin_writing(Connection& connection) {
  return run_for_head(
      connection, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " + std::string(kHead) + " FOR UPDATE");
}

Result<Head> begin_reading(Connection& connection) {
  // A reading of everything may take as long as it takes, as long as it gets on.
  return run_for_head(connection,
                      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; " +
                          std::string(kHead));
}

Result<void> follow(Connection& connection, const Head& head, Follower& follower, const OnDamaged& on_damaged,
                    const Check& check) {
  if (head == follower.head) return {};
  auto continued = is_continued(connection, head, follower);
  if (!continued) return continued.take_error();
  IndexBuilder builder(*continued ? follower.index : Index());
  Reader reader(builder, on_damaged, check);
  if (auto done = reader.read(connection, *continued ? follower.head.sequence : 0); !done) return done;
  // The last record may be a damaged one, or one that a compaction left out.
  if (head.sequence > 0) builder.advance(head.sequence, head.checksum);
  builder.note_time(head.last_time);
  follower.index = builder.take();
  follower.head = head;
  follower.records = reader.records() + (*continued ? follower.records : 0);
  follower.damaged = reader.damaged() + (*continued ? follower.damaged : 0);
  return {};
}

Result<bool> has_record(Connection& connection, const NewRecord& record) {
  bool found = false;
  auto done = connection.query(
      "SELECT 1 FROM mcp_registry.records WHERE sequence = $1::bigint AND encode(checksum, 'hex') = $2",
      {std::to_string(record.sequence), to_hex(record.checksum)}, [&](const Row&) { found = true; });
  if (!done) return done.take_error();
  return found;
}

Result<void> append_and_commit(Connection& connection, const std::vector<NewRecord>& records,
                               const Head& head, bool& committing) {
  Inserter inserter(connection);
  for (const auto& record : records) {
    if (auto done = inserter.add(record.view(), 0); !done) return done;
  }
  if (auto done = inserter.flush(); !done) return done;
  committing = true;
  return set_head_and_commit(connection, head);
}

Result<std::uint64_t> replace_and_commit(Connection& connection, const Index& index, Head& head) {
  auto done = connection.run("DELETE FROM mcp_registry.records");
  std::uint64_t records = 0, last = 0, part = 0;
  Inserter inserter(connection);
  if (done) {
    visit_compacted(index, [&](const Record& record) {
      part = record.sequence == last ? part + 1 : 0;
      last = record.sequence;
      ++records;
      done = inserter.add(record, part);
      return done.ok();
    });
  }
  if (done) done = inserter.flush();
  ++head.generation;
  head.last_time = index.last_time();
  if (done) done = set_head_and_commit(connection, head);
  if (!done) return done.take_error();
  return records;
}

Result<std::uint64_t> compact(Connection& connection, Follower& follower, const OnDamaged& on_damaged) {
  auto head = begin_writing(connection);
  if (!head) return head.take_error();
  const Connection::Unhurried unhurried(connection);
  auto done = connection.run("SET LOCAL statement_timeout = 0");
  if (done) done = follow(connection, *head, follower, on_damaged);
  Result<std::uint64_t> records = 0;
  if (done) records = replace_and_commit(connection, follower.index, *head);
  if (done && !records) done = records.take_error();
  if (!done) {
    if (connection.alive()) (void)connection.run("ROLLBACK");
    return done.take_error();
  }
  follower.head = *head;
  follower.records = *records;
  return *records;
}

}  // namespace toolhive::registry::postgres
