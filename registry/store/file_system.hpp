#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"

namespace toolhive::registry {

// A file open for appending. Closed, without a sync, when destroyed. One thread at a time.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  AppendFile() = default;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // Writes all of `bytes` at the end. After a failure any part of them may be there.
  virtual Result<void> append(std::string_view bytes) = 0;
  // Returns once everything appended is on the disk. After a failure nothing is known about what is
  // there, and another call may report success for bytes that are lost: do not retry.
  virtual Result<void> sync() = 0;
  // Whether the path it was opened by still names this file. Otherwise it was moved, replaced or
  // deleted, and what is appended is not there at the next start.
  virtual bool in_place() = 0;
  // Cuts the file to `size` bytes.
  virtual Result<void> truncate(std::uint64_t size) = 0;
};

// A file open for reading from its start. One thread at a time.
class ReadFile {
 public:
  virtual ~ReadFile() = default;
  ReadFile() = default;
  ReadFile(const ReadFile&) = delete;
  ReadFile& operator=(const ReadFile&) = delete;

  // Reads up to `size` bytes into `buffer`; 0 at the end.
  virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
  // Has the next read() begin at this byte.
  virtual Result<void> seek(std::uint64_t offset) = 0;
};

// Holds a lock until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
};

struct DiskSpace {
  std::uint64_t free_bytes = 0;  // For this user.
  bool read_only = false;
};

// The store's one seam to the operating system; tests put a disk behind it that fills up, fails and
// loses what was not synced. Errors carry StorageFull (ENOSPC, EDQUOT), ReadOnly (EROFS), NotFound
// (ENOENT), Conflict (EEXIST, or a lock held elsewhere) or Unavailable, and name the path. Thread
// safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<void> create_directories(const std::string& path) = 0;
  // The names in a directory, sorted, without . and .. Asks the server of a network file system,
  // whatever is cached here.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  // Creates a file only its owner can read; Conflict when there is one. Durable after
  // sync_directory() of its folder.
  virtual Result<std::unique_ptr<AppendFile>> create(const std::string& path) = 0;
  virtual Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) = 0;
  virtual Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) = 0;
  // Replaces `to` if it exists. Of folders, too, where Conflict says that `to` is not empty.
  // NotFound when there is no `from`. Durable after sync_directory().
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // A file, or a folder that is empty.
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> sync_directory(const std::string& path) = 0;
  // Locks the file `path`, created if need be, against every other process and every other lock of
  // this one; Conflict when it is held. On a read-only file system a missing file needs no lock.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  // The same against lock() alone: any number may hold it. Where the file system has no locks,
  // nothing is held.
  virtual Result<std::unique_ptr<FileLock>> share_lock(const std::string& path) = 0;
  virtual Result<DiskSpace> space(const std::string& path) = 0;
};

// The operating system's. Lives for ever.
FileSystem& posix_file_system();

}  // namespace toolhive::registry
