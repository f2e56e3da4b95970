#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/store/file_system.hpp"
#include "registry/store/index.hpp"
#include "registry/store/record.hpp"

namespace toolhive::registry {

// A directory's log, read.
struct LoadedLog {
  std::uint64_t number = 1;   // Of the log; 1 when there is none yet.
  std::uint64_t bytes = 0;    // Of its whole lines.
  std::uint64_t damaged = 0;  // Records that did not verify.
  bool kept_damaged = true;   // Each of them is in quarantine.
};

// Reads the newest log of `directory` into `builder`, copies what does not verify into quarantine/,
// cuts off a torn end and removes what a compaction left behind.
Result<LoadedLog> load_journal(FileSystem& files, const std::string& directory, IndexBuilder& builder,
                               const std::function<void(bool urgent, std::string_view)>& notice);

// Copies a damaged line of the log of this name to quarantine/<log>-<offset>.record. One that is
// there already was found before.
Result<void> quarantine_line(FileSystem& files, const std::string& directory, const std::string& log,
                             std::string_view line, std::uint64_t offset);

// Writes what `index` holds as the log of this number, in place of one that may be there, and
// returns how many bytes it has. `go_on` is called now and then; its error ends the writing, as any
// other: then there is no such log, unless there was one.
Result<std::uint64_t> write_compacted(FileSystem& files, const std::string& directory, const Index& index,
                                      std::uint64_t number, const std::function<Result<void>()>& go_on);

// Writes what `index` holds as the log after `log`, puts it in its place and returns it. On failure
// the old log stays in force.
Result<LoadedLog> compact_log(FileSystem& files, const std::string& directory, const Index& index,
                              const LoadedLog& log);

// Calls `visit` for each record of a compacted history, in the order of the old one, until it
// returns false: the later of two equal versions stays the later, and checksums, and thus entity
// tags, stay.
void visit_compacted(const Index& index, const std::function<bool(const Record&)>& visit);

// How many bytes a compacted log would have, roughly.
std::uint64_t compacted_bytes(const Index& index);

}  // namespace toolhive::registry
