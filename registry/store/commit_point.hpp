#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolhive::registry {

// What counts of a log that several replicas share, and who may add to it: all of it is in the name
// of one file, so that it changes as a whole, by a rename. README.md tells why that is enough.
struct CommitPoint {
  std::uint64_t epoch = 0;  // Of the writer: each has a higher one than those before it.
  std::uint64_t log = 0;    // The number of the log in force; 0 while there is none.
  std::uint64_t bytes = 0;  // So much of it counts.
  std::uint64_t beat = 0;   // Grows with each change within an epoch, so that no name comes twice.
  // Where other replicas reach the writer, host:port; empty when nobody writes.
  std::string writer;

  friend bool operator==(const CommitPoint&, const CommitPoint&) = default;
};

// Whether `point` is of a later time than `other`.
bool is_later(const CommitPoint& point, const CommitPoint& other);

// Whether an address can be a writer's: letters, digits and -._:[], at most 128 of them.
bool is_replica_address(std::string_view address);

// "commit-7-7-52133-12-10.244.0.9+8080", with a plus for each colon, which not every file system
// has.
std::string commit_point_name(const CommitPoint& point);

// Of such a name; none for any other, so that a point has one name.
std::optional<CommitPoint> parse_commit_point(std::string_view name);

}  // namespace toolhive::registry
