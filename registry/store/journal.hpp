#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/store/file_system.hpp"
#include "registry/store/record.hpp"

namespace toolhive::registry {

// "tools-000001.log". The log with the highest number is the store; lower ones are left over from a
// compaction.
std::string journal_name(std::uint64_t number);

// The number in a log's name; 0 for any other name.
std::uint64_t journal_number(std::string_view name);

// The path of the log that is in force; empty when the directory has none.
Result<std::string> newest_journal(FileSystem& files, const std::string& directory);

struct JournalScan {
  std::uint64_t good_bytes = 0;  // Up to the end of the last whole line.
  std::uint64_t torn_bytes =
      0;  // After it: a write that a crash cut short and nobody was told had succeeded.
  std::uint64_t records = 0;
};

// What of a log to read: from the beginning of a line to the end of one.
struct JournalRange {
  std::uint64_t begin = 0;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
};

// Reads a log from start to end, or the part that `range` says. `on_record` gets each record that
// verifies; what it returns as Corrupt, and each line that does not verify, goes to `on_damaged`
// with the line, its offset and the reason. Any other error ends the scan.
Result<JournalScan> scan_journal(
    FileSystem& files, const std::string& path, const std::function<Result<void>(const Record&)>& on_record,
    const std::function<void(std::string_view line, std::uint64_t offset, const Error&)>& on_damaged,
    JournalRange range = {});

// Appends to a log, durably. One thread at a time.
class JournalWriter {
 public:
  // `size` is where the last whole line ends, 0 for a log that does not exist yet. The file is
  // opened by the first append.
  JournalWriter(FileSystem& files, std::string directory, const std::string& name, std::uint64_t size);

  // Returns once `lines` are on the disk: with one write and one sync, however many there are. A
  // failed write is undone, at once or before the next one, and the next append may succeed. When a
  // sync fails, what is on the disk is unknown: every later append fails too.
  Result<void> append(std::string_view lines);

  std::uint64_t size() const { return size_; }
  // Why no append will succeed any more; empty while one may.
  const std::string& broken() const { return broken_; }

 private:
  Result<void> open();
  Result<void> undo();

  FileSystem& files_;
  const std::string directory_;
  const std::string path_;
  std::uint64_t size_;
  std::unique_ptr<AppendFile> file_;
  bool leftovers_ = false;  // A failed write may have left bytes behind size_.
  std::string broken_;
};

}  // namespace toolhive::registry
