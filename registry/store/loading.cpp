#include "registry/store/loading.hpp"

#include <algorithm>
#include <vector>

#include "registry/model/json.hpp"
#include "registry/store/journal.hpp"
#include "registry/store/rules.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr std::uint64_t kSyncBytes = 16 << 20;

Result<void> cut_torn_end(FileSystem& files, const std::string& path, std::uint64_t size) {
  auto file = files.open_append(path);
  if (!file) return file.take_error();
  auto done = (*file)->truncate(size);
  if (done) done = (*file)->sync();
  return done;
}

}  // namespace

Result<void> quarantine_line(FileSystem& files, const std::string& directory, const std::string& log,
                             std::string_view line, std::uint64_t offset) {
  const auto folder = directory + "/quarantine";
  const auto path = folder + "/" + log + "-" + std::to_string(offset) + ".record";
  if (auto made = files.create_directories(folder); !made) return made;
  auto file = files.create(path);
  if (!file) return file.error().code == Code::Conflict ? Result<void>() : file.take_error();
  auto done = (*file)->append(line);
  if (done) done = (*file)->sync();
  if (done) done = files.sync_directory(folder);
  // Half a copy would be taken for a whole one the next time.
  if (!done) (void)files.remove(path);
  return done;
}

Result<LoadedLog> load_journal(FileSystem& files, const std::string& directory, IndexBuilder& builder,
                               const std::function<void(bool, std::string_view)>& notice) {
  auto names = files.list(directory);
  if (!names) return names.take_error();
  LoadedLog log;
  bool found = false;
  for (const auto& name : *names) {
    if (const auto number = journal_number(name); number > 0) {
      log.number = std::max(found ? log.number : 0, number);
      found = true;
    }
  }
  if (!found) return log;

  const auto name = journal_name(log.number);
  const auto path = directory + "/" + name;
  const auto on_damaged = [&](std::string_view line, std::uint64_t offset, const Error& why) {
    ++log.damaged;
    std::string text = "the record at byte " + std::to_string(offset) + " of " + path + " is damaged (" +
                       why.detail + ") and not served; ";
    if (auto kept = quarantine_line(files, directory, name, line, offset)) {
      text += "a copy is in " + directory + "/quarantine; register the tool again";
    } else {
      log.kept_damaged = false;
      text += "it stays where it is: " + kept.error().detail;
    }
    notice(true, text);
  };
  const auto on_record = [&](const Record& record) -> Result<void> {
    auto applied = apply(builder, record);
    return applied ? Result<void>() : applied.take_error();
  };
  auto scan = scan_journal(files, path, on_record, on_damaged);
  if (!scan) return scan.take_error();
  log.bytes = scan->good_bytes;

  if (scan->torn_bytes > 0) {
    const auto cut = cut_torn_end(files, path, log.bytes);
    if (!cut && cut.error().code != Code::ReadOnly) return cut.error();
    notice(false, "the last write to " + path + " was cut short by a crash and never acknowledged; its " +
                      std::to_string(scan->torn_bytes) + " bytes are left out");
  }
  for (const auto& other : *names) {
    const auto number = journal_number(other);
    const bool left_over = (number > 0 && number < log.number) ||
                           (other.starts_with("tools-") && other.ends_with(kTemporarySuffix));
    if (left_over) (void)files.remove(directory + "/" + other);
  }
  return log;
}

std::uint64_t compacted_bytes(const Index& index) {
  constexpr std::uint64_t kEnvelope = 100;
  std::uint64_t bytes = index.document_bytes() + index.versions() * kEnvelope;
  return bytes;
}

void visit_compacted(const Index& index, const std::function<bool(const Record&)>& visit) {
  struct Item {
    std::uint64_t sequence;
    const Tool* tool;
    const Registration* live;
    const Retired* retired;
  };
  std::vector<Item> items;
  index.visit_all([&](const Tool& tool) {
    for (const auto& registration : tool.live)
      items.push_back({registration->sequence, &tool, registration.get(), nullptr});
    for (const auto& retired : tool.retired) items.push_back({retired.sequence, &tool, nullptr, &retired});
  });
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  for (const auto& item : items) {
    Record record;
    record.sequence = item.sequence;
    std::string payload;
    if (item.live != nullptr) {
      record.checksum = item.live->checksum;
      record.payload = item.live->document;
    } else {
      payload = "{\"name\":";
      append_json_string(payload, item.tool->name);
      payload += ",\"version\":";
      append_json_string(payload, item.retired->version.text());
      payload += ",\"digest\":\"sha256:" + to_hex(item.retired->digest) + '"';
      if (!item.retired->withdrawn_at.empty()) {
        payload += ",\"withdrawnAt\":";
        append_json_string(payload, item.retired->withdrawn_at);
      }
      payload += '}';
      record.operation = Operation::Retire;
      record.payload = payload;
      record.checksum = record_checksum(record.sequence, record.operation, record.payload);
    }
    if (!visit(record)) return;
  }
}

Result<std::uint64_t> write_compacted(FileSystem& files, const std::string& directory, const Index& index,
                                      std::uint64_t number, const std::function<Result<void>()>& go_on) {
  const auto path = directory + "/" + journal_name(number);
  const auto temporary = path + std::string(kTemporarySuffix);
  (void)files.remove(temporary);  // Of one that was interrupted before there was any log.
  auto file = files.create(temporary);
  if (!file) return file.take_error();

  std::uint64_t bytes = 0, unsynced = 0;
  std::string lines;
  Result<void> done;
  const auto flush = [&] {
    bytes += lines.size();
    unsynced += lines.size();
    done = (*file)->append(lines);
    lines.clear();
    // A single sync of all would take as long as it likes.
    if (done && unsynced > kSyncBytes) {
      done = (*file)->sync();
      unsynced = 0;
    }
    if (done) done = go_on();
  };
  visit_compacted(index, [&](const Record& record) {
    append_line(lines, record);
    if (lines.size() > (1 << 20)) flush();
    return done.ok();
  });
  if (done) flush();
  if (done) done = (*file)->sync();
  if (done) done = files.rename(temporary, path);
  if (done) done = files.sync_directory(directory);
  if (done) return bytes;
  (void)files.remove(temporary);
  return done.take_error();
}

Result<LoadedLog> compact_log(FileSystem& files, const std::string& directory, const Index& index,
                              const LoadedLog& log) {
  LoadedLog next = log;
  next.number = log.number + 1;
  auto written = write_compacted(files, directory, index, next.number, [] { return Result<void>(); });
  if (!written) return written.take_error();
  next.bytes = *written;
  (void)files.remove(directory + "/" + journal_name(log.number));
  return next;
}

}  // namespace toolhive::registry
