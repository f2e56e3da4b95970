#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "registry/store/file_system.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

struct FileStoreOptions {
  std::string directory;  // Created if need be. One process at a time.
  StoreLimits limits;
  // Time of registrations.
  std::function<std::chrono::system_clock::time_point()> now = [] {
    return std::chrono::system_clock::now();
  };
  // Writes waiting for the disk; more are refused with Unavailable.
  std::size_t queue = 4096;
  // A log is compacted when it is opened, has at least this size, and more than half of it is of no
  // use any more.
  std::uint64_t compact_bytes = 8 << 20;
  // Whether each tool is kept in a readable file as well (tool_files.hpp), in the folder tools.
  bool tool_files = true;

  // Both are called on the store's own threads and must be thread safe.
  // What an administrator should know, in one sentence; `urgent` when something is wrong.
  std::function<void(bool urgent, std::string_view)> notice = [](bool, std::string_view) {};
  // After each group of records was written: how many, and how long write and sync took.
  std::function<void(std::size_t records, std::chrono::nanoseconds)> committed =
      [](std::size_t, std::chrono::nanoseconds) {};
};

// Tools in one append-only log; README.md beside this file tells how, and what it survives.
class FileStore final : public Store {
 public:
  // Reads the log, which takes about 10 us for each record. Conflict when another process has the
  // directory; Invalid when a newer program wrote it. A read-only disk is no error: the store then
  // serves reads.
  static Result<std::unique_ptr<FileStore>> open(FileSystem& files, FileStoreOptions options);

  // Finishes the writes that are waiting, then closes.
  ~FileStore() override;

  std::shared_ptr<const Index> snapshot() const override;
  void write(Write write, Done done) override;
  StoreStatus status() override;

 private:
  struct State;
  explicit FileStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::registry
