#pragma once

#include <string>

#include "registry/base/result.hpp"
#include "registry/store/commit_point.hpp"
#include "registry/store/file_system.hpp"

namespace toolhive::registry {

// The folder `writer` of a store that several replicas share: the file whose name is the commit
// point, and the key that they know each other by. Nothing is kept in memory, so that any number of
// processes may have one. One thread at a time.
class SharedFolder {
 public:
  // `directory` is that of the store.
  SharedFolder(FileSystem& files, std::string directory);

  // Makes the folder unless it is there, as a whole: the newest log of the store, if there is one,
  // is then in force with all its whole lines, and nobody writes.
  Result<void> begin();

  // The commit point as it is now. NotFound when the store is not shared any more.
  Result<CommitPoint> read() const;

  // Replaces the commit point `from` by `to`, by one rename, which fails when anybody has replaced
  // it before: Conflict. With any other error it is not known whether it happened. `durable`:
  // returns once it would survive a power failure.
  Result<void> replace(const CommitPoint& from, const CommitPoint& to, bool durable);

  // Made with the folder, and known to whoever may read the volume alone.
  Result<std::string> key() const;

 private:
  Result<void> prepare(const std::string& folder) const;
  std::string path_of(const CommitPoint& point) const { return folder_ + "/" + commit_point_name(point); }

  FileSystem& files_;
  const std::string directory_;
  const std::string folder_;
};

// Has a store be shared no more, so that no replica can commit to it any longer. For a process that
// holds the lock of the store for itself.
Result<void> end_sharing(FileSystem& files, const std::string& directory);

}  // namespace toolhive::registry
