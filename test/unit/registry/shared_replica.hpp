// What tests of shared files need: a replica that is stopped or dies at any of its operations on
// the disk.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/testing/simulated_clock.hpp"
#include "fault_file_system.hpp"
#include "registry/store/shared_log.hpp"

namespace toolhive::registry::test {

// The end of a process, in the middle of what it does.
struct Killed {};

// A replica's way to a disk that others use too.
class InterruptedFiles final : public FileSystem {
 public:
  explicit InterruptedFiles(FileSystem& disk) : disk_(disk) {}

  // Called before each operation, with how many there were before it.
  std::function<void(std::uint64_t)> before;
  std::uint64_t operations() const { return operations_; }

  Result<void> create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<std::unique_ptr<AppendFile>> create(const std::string& path) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<std::unique_ptr<ReadFile>> open_read(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return disk_.lock(path); }
  Result<std::unique_ptr<FileLock>> share_lock(const std::string& path) override {
    return disk_.share_lock(path);
  }
  Result<DiskSpace> space(const std::string& path) override { return disk_.space(path); }

 private:
  class Appender;
  void step();

  FileSystem& disk_;
  std::uint64_t operations_ = 0;
};

// A replica, and what it acknowledged.
class TestReplica {
 public:
  TestReplica(FileSystem& disk, Clock& clock, std::string address);

  // True unless it could not be opened.
  bool open();
  Result<void> look() { return log_->look(); }
  // Registers a version of a tool; true when that was acknowledged.
  bool write(const std::string& tool);
  // Looks until it is the writer; false when it does not become one.
  bool become_writer(int looks = 5);
  void end() { log_.reset(); }

  SharedLog& log() { return *log_; }
  bool is_open() const { return log_ != nullptr; }
  InterruptedFiles files;
  std::vector<std::string> acknowledged;

 private:
  Clock& clock_;
  const std::string address_;
  std::unique_ptr<SharedLog> log_;
};

}  // namespace toolhive::registry::test
