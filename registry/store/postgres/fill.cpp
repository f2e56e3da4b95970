#include "registry/store/postgres/fill.hpp"

#include "registry/store/fill.hpp"
#include "registry/store/loading.hpp"
#include "registry/store/postgres/history.hpp"

namespace toolhive::registry::postgres {
namespace {

// Within begin_writing().
Result<void> check_blank(Connection& connection, const Head& head) {
  Follower follower;
  std::uint64_t damaged = 0;
  auto done = follow(connection, head, follower, [&](std::string_view) { ++damaged; });
  if (!done) return done;
  return damaged == 0 && is_blank(follower.index) ? Result<void>() : not_blank(follower.index);
}

// The place that a history with these records alone ends at.
void end_of(const Index& index, Head& head) {
  visit_compacted(index, [&](const Record& record) {
    head.sequence = record.sequence;
    head.checksum = record.checksum;
    return true;
  });
}

constexpr const char* kKeepOrigin =
    "INSERT INTO mcp_registry.restored (origin) VALUES ($1) ON CONFLICT (single) DO UPDATE SET origin = $1";

}  // namespace

Result<std::string> read_origin(Connection& connection) {
  std::string origin;
  auto done = connection.run("SELECT origin FROM mcp_registry.restored",
                             [&](const Row& row) { origin = row.text(0); });
  if (!done) return done.take_error();
  return origin;
}

Result<void> write_origin(Connection& connection, const std::string& origin) {
  return connection.query(kKeepOrigin, {origin});
}

Result<void> fill(Connection& connection, const Index& index, const std::string& origin) {
  auto head = begin_writing(connection);
  if (!head) return head.take_error();
  const Connection::Unhurried unhurried(connection);
  auto done = connection.run("SET LOCAL statement_timeout = 0");
  if (done) done = check_blank(connection, *head);
  if (done) done = connection.query(kKeepOrigin, {origin});
  if (done) {
    end_of(index, *head);
    auto records = replace_and_commit(connection, index, *head);
    if (!records) done = records.take_error();
  }
  if (!done && connection.alive()) (void)connection.run("ROLLBACK");
  return done;
}

}  // namespace toolhive::registry::postgres
