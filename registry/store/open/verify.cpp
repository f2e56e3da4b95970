#include "registry/store/open/verify.hpp"

#include "registry/store/digest_check.hpp"
#include "registry/store/journal.hpp"
#include "registry/store/postgres/history.hpp"
#include "registry/store/rules.hpp"

namespace toolhive::registry {

Result<VerifyReport> verify_store(FileSystem& files, const std::string& directory) {
  auto path = newest_journal(files, directory);
  if (!path) return path.take_error();
  VerifyReport report;
  if (path->empty()) return report;

  IndexBuilder builder{Index()};
  const auto on_record = [&](const Record& record) -> Result<void> {
    if (auto applied = apply(builder, record); !applied) return applied.take_error();
    return record.operation == Operation::Register ? check_digest(record) : Result<void>();
  };
  const auto on_damaged = [&](std::string_view, std::uint64_t offset, const Error& why) {
    report.problems.push_back("the record at byte " + std::to_string(offset) + " of " + *path +
                              " is damaged: " + why.detail);
  };
  auto scan = scan_journal(files, *path, on_record, on_damaged);
  if (!scan) return scan.take_error();
  report.records = scan->records;
  report.torn_bytes = scan->torn_bytes;
  report.tools = builder.index().tools();
  report.versions = builder.index().versions();
  return report;
}

Result<VerifyReport> verify_store(const StoreOptions& options) {
  if (!options.database.used()) return verify_store(posix_file_system(), options.directory);
  VerifyReport report;
  const auto on_damaged = [&](std::string_view problem) { report.problems.emplace_back(problem); };
  auto connection = postgres::Connection::open(options.database, {});
  if (!connection) return connection.take_error();
  auto head = postgres::begin_reading(**connection);
  if (!head) return head.take_error();
  postgres::Follower follower;
  const auto check = [](const Record& record) {
    return record.operation == Operation::Register ? check_digest(record) : Result<void>();
  };
  if (auto done = postgres::follow(**connection, *head, follower, on_damaged, check); !done)
    return done.take_error();
  report.records = follower.records - follower.damaged;
  report.tools = follower.index.tools();
  report.versions = follower.index.versions();
  return report;
}

}  // namespace toolhive::registry
