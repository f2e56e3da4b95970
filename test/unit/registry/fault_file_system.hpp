#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "registry/store/file_system.hpp"

namespace toolhive::registry::test {

// A disk in memory that can fail and lose power. What was not synced is lost, and a file's name
// with it when its folder was not.
class FaultFileSystem final : public FileSystem {
 public:
  // What a power failure leaves of bytes that were appended and not synced. With Half, files that
  // were removed stay so.
  enum class Unsynced { Lost, Half, Kept };

  // Faults to come; each stays until it is taken back.
  std::optional<Code> append_fault;    // After half of the bytes.
  std::optional<Code> sync_fault;      // Nothing is synced.
  std::optional<Code> truncate_fault;  // Nothing is cut.
  std::optional<Code> create_fault;
  std::optional<Code> read_fault;                // Of folders that are listed and files that are opened.
  std::optional<Code> create_directories_fault;  // But for the store's own.
  bool read_only = false;
  // So many more changes work; from then on the machine is dead and everything fails. The one at
  // which it dies happens by half, if it is an append.
  std::uint64_t lives = std::numeric_limits<std::uint64_t>::max();

  // Sets one of these while another thread is at work.
  void set(std::optional<Code> FaultFileSystem::*kind, std::optional<Code> code) {
    std::lock_guard guard(mutex_);
    this->*kind = code;
  }

  // Power comes back. Open files and locks of before must be gone.
  void restart(Unsynced unsynced);

  std::uint64_t changes() const { return changes_; }
  bool has(const std::string& path) const { return names_.contains(path); }
  std::string& content(const std::string& path) { return names_.at(path)->bytes; }
  // Writes a file as if it had been there always.
  void put(const std::string& path, const std::string& bytes);

  Result<void> create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<std::unique_ptr<AppendFile>> create(const std::string& path) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> share_lock(const std::string& path) override;
  Result<DiskSpace> space(const std::string& path) override;

 private:
  struct Inode {
    std::string bytes;
    std::string synced;
  };
  class Appender;
  class Reader;
  class Lock;

  // Counts a change; an error when the machine is dead or the disk read-only.
  Result<void> change();
  Result<void> rename_folder(const std::string& from, const std::string& to);

  std::recursive_mutex mutex_;
  std::uint64_t changes_ = 0;
  bool dying_ = false;
  std::map<std::string, std::shared_ptr<Inode>> names_;
  std::map<std::string, std::shared_ptr<Inode>> synced_names_;
  std::set<std::string> locks_;
  std::map<std::string, int> shared_locks_;  // How many hold each.
};

}  // namespace toolhive::registry::test
