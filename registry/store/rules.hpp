#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/index.hpp"
#include "registry/store/record.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// How much a store takes in: all of it is kept in memory.
struct StoreLimits {
  std::size_t tools = 100'000;  // And servers.
  std::size_t versions_per_tool = 1'000;
  std::size_t memory_bytes = 128 * 1024 * 1024;  // As Index::memory_bytes() counts them.
};

// What a write means for an index: an outcome, and the records that make it so. All of them are
// written or none.
struct Decision {
  WriteOutcome::Kind kind = WriteOutcome::Kind::Unchanged;
  bool new_tool = false;
  std::vector<std::string> tools;  // Those of a server that are registered or withdrawn with it.
  std::shared_ptr<const Registration> existing;  // When nothing changes.
  struct Change {
    Operation operation;
    std::string payload;
  };
  std::vector<Change> changes;  // None when nothing changes. The outcome's registration is that of the first.
};

// The rules of the registry, as a pure function. `now` is a time after all in the index, in the
// form of to_rfc3339_micro().
//  - (name, version) never stands for two contents, not even after it was withdrawn. The same
//    content again changes nothing, or brings a withdrawn version back.
//  - Without a version: the content of the latest version changes nothing; any other gets the minor
//    number after the highest version there ever was, 0.1.0 for a new name.
//  - With CompatibilityPolicy::Semver a version that breaks callers of the one before it, of the
//    same series (Version::series()), is a conflict; where the registry numbers it, it begins the
//    next one.
//  - Only its manager writes to an entry: one without a manager takes no managed write, and the
//    other way round. A resource that was deleted and created again (same kind, namespace and name,
//    another uid) takes over on registering; its predecessor's late withdrawal is refused. When the
//    last version is withdrawn the name is free. `force` puts all this aside: the entry is then
//    whose the write says.
//  - A change of status writes each version anew, with the time it was registered at.
//  - A record of another store is taken over when nothing is known of its version, or when that was
//    withdrawn with the same content; where the version is live it changes nothing.
//  - A name of a server belongs to who publishes it here, from the first version on and whatever
//    becomes of it. A publication takes it over from an upstream: versions that were taken in are
//    marked as deleted. What an upstream says of such a name, or of one that another upstream has, is
//    a conflict; nobody but it changes what was taken in from it. Upstreams fill three quarters of
//    the limits at most, so that there is room to publish.
//  - A version of a server is published once. Its tools are those that its latest version brings,
//    in that version, and managed by it; who writes it needs the right to each that comes or goes.
Result<Decision> decide(const Index& index, const Write& write, const StoreLimits& limits,
                        std::string_view now);

// Holds what a write registers against the versions before it, as CompatibilityPolicy::Semver asks,
// and keeps what came of that in the write. decide() then has to do so only where another version
// came between. To be called on a thread that may take as long as schemas take to compare.
void compare_ahead(const Index& index, Write& write);

// Changes `builder` as a record of the log says. Corrupt when its payload is not what the operation
// needs. Returns the registration of a Register record, else null.
Result<std::shared_ptr<const Registration>> apply(IndexBuilder& builder, const Record& record);

}  // namespace toolhive::registry
