#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/index.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// An export is UTF-8 text, one JSON object a line:
//
//     {"format":"mcp-registry-export","version":1,"exportedAt":"2026-11-23T01:02:03.004Z"}
//     {"operation":"register","record":{...}}     the document that is served, byte for byte
//     {"operation":"retire","record":{...}}       a withdrawn version: name, version, digest
//     {"records":2,"sha256":"..."}                of all lines before this one
//
// in the order in which the records were written, so that an import finds the same versions latest.

// Writes an index through `sink`, in pieces, and returns how many records it has. Ends with the
// first error of `sink`.
Result<std::uint64_t> export_index(const Index& index, std::string_view exported_at,
                                   const std::function<Result<void>(std::string_view)>& sink);

// Reads a file in pieces, from its start each time it is called with `rewind`. Empty at the end.
using Source = std::function<Result<std::string>(bool rewind)>;

// What an import did, or would do.
struct ImportReport {
  std::uint64_t records = 0;    // In the document.
  std::uint64_t added = 0;      // Were not there.
  std::uint64_t unchanged = 0;  // Were there, with the same content.
  // One sentence for each that may not be here, or that something here is in the way of; the
  // first 1,000.
  std::vector<std::string> refused;
  std::uint64_t refusals = 0;  // All of them.
};

// How far an import is.
using ImportProgress = std::function<void(std::uint64_t done, std::uint64_t records)>;

// Reads an export to its end, checks its form and its checksum, and calls `on_record` for each
// record, with the number of its line. Returns how many there are. Invalid, with the line, when it
// is not whole, which may show after the last record only; a line may have 64 MiB.
Result<std::uint64_t> read_export(const Source& source,
                                  const std::function<Result<void>(std::uint64_t, Restore)>& on_record);

// The same, and checks each record by itself as well.
Result<std::uint64_t> check_export(const Source& source);

// Checks that a record says what its operation needs and, of a version, has the digest of its
// content. Returns the name of the tool or server.
Result<std::string> check_record(const Restore& restore);

// Adds what an export holds to a store. A record that `policy` would not let a client register is
// refused (restore_check.hpp), and so is one with other content under a version that is there,
// which stays; the others go in. Checks the whole document before the first write. When it ends
// with an error, what it had done stays, and repeating it goes on there. `on_progress` is told how
// many of the records were dealt with, after each group of them.
Result<ImportReport> import_into(Store& store, const ToolPolicy& policy, const Source& source,
                                 const ImportProgress& on_progress = {});

// The same on an index, without a store: what an import would do.
Result<ImportReport> try_import(Index index, const StoreLimits& limits, const ToolPolicy& policy,
                                const Source& source);

}  // namespace toolhive::registry
