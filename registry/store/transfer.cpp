#include "registry/store/transfer.hpp"

#include <optional>
#include <utility>

#include "controller/base/sha256.hpp"
#include "controller/base/time.hpp"
#include "registry/store/carry_out.hpp"
#include "registry/store/digest_check.hpp"
#include "registry/store/loading.hpp"
#include "registry/store/plan.hpp"
#include "registry/store/restore_check.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kHeader = R"({"format":"mcp-registry-export","version":)";
constexpr std::string_view kVersion = "1,";
constexpr std::string_view kOperation = R"({"operation":")";
constexpr std::string_view kRecord = R"(","record":)";
constexpr std::string_view kEnd = R"({"records":)";
constexpr std::size_t kPiece = 1 << 20;
constexpr std::size_t kLongestLine = 64 << 20;
constexpr std::size_t kBatch = 512;
constexpr std::size_t kRefusalsKept = 1'000;

std::string end_line(std::uint64_t records, const Sha256& checksum) {
  return std::string(kEnd) + std::to_string(records) + R"(,"sha256":")" + to_hex(checksum) + "\"}\n";
}

Error broken(std::uint64_t line, const std::string& what) {
  return {Code::Invalid, "line " + std::to_string(line) + " of the export: " + what};
}

// Calls `on_line` for each line of a source, without its line feed.
Result<void> for_each_line(const Source& source,
                           const std::function<Result<void>(std::string_view)>& on_line) {
  std::string buffer;
  for (bool rewind = true;; rewind = false) {
    auto piece = source(rewind);
    if (!piece) return piece.take_error();
    if (piece->empty()) break;
    const auto looked = buffer.size();
    buffer += *piece;
    std::size_t begin = 0;
    for (auto end = buffer.find('\n', looked); end != buffer.npos; end = buffer.find('\n', begin)) {
      if (auto done = on_line(std::string_view(buffer).substr(begin, end - begin)); !done) return done;
      begin = end + 1;
    }
    buffer.erase(0, begin);
    if (buffer.size() > kLongestLine) return Error{Code::Invalid, "the export has a line that does not end"};
  }
  // A line without its line feed was cut short: as if it were not there.
  return {};
}

// Reads `{"operation":"...","record":{...}}` as export_index() writes it.
Result<Restore> read_record(std::string_view line) {
  Restore restore;
  if (!line.starts_with(kOperation) || !line.ends_with('}')) return Error{Code::Invalid, "is no record"};
  line.remove_prefix(kOperation.size());
  const auto name = line.substr(0, line.find('"'));
  line.remove_prefix(name.size());
  if (!line.starts_with(kRecord)) return Error{Code::Invalid, "is no record"};
  if (!operation_from(name, restore.operation) ||
      (restore.operation != Operation::Register && restore.operation != Operation::Retire)) {
    return Error{Code::Invalid, "has an operation that this program does not import; use a newer one"};
  }
  line.remove_prefix(kRecord.size());
  restore.payload = line.substr(0, line.size() - 1);
  return restore;
}

void count_refusal(ImportReport& report, const Error& error) {
  if (report.refusals++ < kRefusalsKept) report.refused.push_back(error.detail);
}

void count(ImportReport& report, const Result<WriteOutcome>& outcome) {
  if (!outcome) return count_refusal(report, outcome.error());
  ++(outcome->kind == WriteOutcome::Kind::Unchanged ? report.unchanged : report.added);
}

// Of the rules, about this one record; anything else is the storage's, and ends the import.
bool is_refusal(const Error& error) {
  return error.code == Code::Conflict || error.code == Code::Corrupt || error.code == Code::Invalid;
}

// Imports in groups, each through `carry_out_group`.
Result<ImportReport> import_groups(
    const Source& source, const ToolPolicy& policy,
    const std::function<std::vector<Result<WriteOutcome>>(std::vector<Write>)>& carry_out_group,
    const ImportProgress& on_progress = {}) {
  auto whole = check_export(source);
  if (!whole) return whole.take_error();
  ImportReport report;
  std::vector<Write> group;
  const auto flush = [&]() -> Result<void> {
    for (const auto& outcome : carry_out_group(std::exchange(group, {}))) {
      if (!outcome && !is_refusal(outcome.error())) {
        return Error{
            outcome.error().code,
            std::to_string(report.added) + " of " + std::to_string(*whole) +
                " records were added; repeat the import, and it goes on there: " + outcome.error().detail};
      }
      count(report, outcome);
    }
    if (on_progress) on_progress(report.records, *whole);
    return {};
  };
  auto read = read_export(source, [&](std::uint64_t, Restore record) -> Result<void> {
    ++report.records;
    if (auto ok = check_restored(record, policy); !ok) {
      count_refusal(report, ok.error());
      return {};
    }
    group.emplace_back(std::move(record));
    return group.size() < kBatch ? Result<void>() : flush();
  });
  if (!read) return read.take_error();
  if (auto done = flush(); !done) return done.take_error();
  return report;
}

}  // namespace

Result<std::uint64_t> export_index(const Index& index, std::string_view exported_at,
                                   const std::function<Result<void>(std::string_view)>& sink) {
  std::string piece =
      std::string(kHeader) + std::string(kVersion) + R"("exportedAt":")" + std::string(exported_at) + "\"}\n";
  Sha256Stream checksum;
  std::uint64_t records = 0;
  Result<void> done;
  const auto flush = [&] {
    checksum.add(piece);
    done = sink(piece);
    piece.clear();
  };
  visit_compacted(index, [&](const Record& record) {
    piece += kOperation;
    piece += operation_name(record.operation);
    piece += kRecord;
    piece += record.payload;
    piece += "}\n";
    ++records;
    if (piece.size() >= kPiece) flush();
    return done.ok();
  });
  if (done) flush();
  if (done) done = sink(end_line(records, checksum.finish()));
  if (!done) return done.take_error();
  return records;
}

Result<std::uint64_t> read_export(const Source& source,
                                  const std::function<Result<void>(std::uint64_t, Restore)>& on_record) {
  std::uint64_t number = 0, records = 0;
  bool ended = false;
  Sha256Stream checksum;
  auto done = for_each_line(source, [&](std::string_view line) -> Result<void> {
    ++number;
    if (ended) return broken(number, "comes after the end");
    if (number == 1) {
      if (!line.starts_with(kHeader)) return broken(number, "this is no export of mcp-registry");
      if (!line.substr(kHeader.size()).starts_with(kVersion))
        return broken(number, "has a version that this program does not read; use a newer one");
    } else if (line.starts_with(kEnd)) {
      ended = true;
      if (std::string(line) + '\n' != end_line(records, checksum.finish()))
        return broken(
            number, "the checksum or the number of records does not match; the file was changed or damaged");
      return {};
    } else {
      auto record = read_record(line);
      if (!record) return broken(number, record.error().detail);
      ++records;
      if (auto taken = on_record(number, std::move(*record)); !taken) return taken;
    }
    checksum.add(line);
    checksum.add("\n");
    return {};
  });
  if (!done) return done.take_error();
  if (!ended) {
    return Error{Code::Invalid, "the export is cut short after line " + std::to_string(number) +
                                    ": its last line, with the checksum, is missing"};
  }
  return records;
}

Result<std::string> check_record(const Restore& restore) {
  IndexBuilder scratch{Index()};
  Record record;
  record.operation = restore.operation;
  record.payload = restore.payload;
  if (auto applied = apply(scratch, record); !applied) return applied.take_error();
  if (record.operation == Operation::Register) {
    if (auto same = check_digest(record); !same) return same.take_error();
  }
  std::string name;
  scratch.index().visit_all([&](const Tool& tool) { name = tool.name; });
  return name;
}

Result<std::uint64_t> check_export(const Source& source) {
  return read_export(source, [](std::uint64_t line, const Restore& restore) -> Result<void> {
    const auto good = check_record(restore);
    return good ? Result<void>() : broken(line, good.error().detail);
  });
}

Result<ImportReport> import_into(Store& store, const ToolPolicy& policy, const Source& source,
                                 const ImportProgress& on_progress) {
  return import_groups(
      source, policy, [&store](std::vector<Write> writes) { return carry_out(store, std::move(writes)); },
      on_progress);
}

Result<ImportReport> try_import(Index index, const StoreLimits& limits, const ToolPolicy& policy,
                                const Source& source) {
  return import_groups(source, policy, [&](std::vector<Write> writes) {
    std::vector<PendingWrite> pending;
    for (auto& write : writes) pending.push_back({std::move(write), nullptr});
    auto plan = plan_writes(index, pending, limits, to_rfc3339_micro(WallTime()));
    index = plan.builder.take();
    return std::move(plan.outcomes);
  });
}

}  // namespace toolhive::registry
