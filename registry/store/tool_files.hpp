#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/store/file_system.hpp"
#include "registry/store/index.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

struct ToolFilesOptions {
  std::string directory;  // Of the files, and of nothing else.
  // Whether there are to be any; else those that are there are removed.
  bool wanted = true;
  // The tools as of now, and what an administrator should know; both are called on a thread of
  // ToolFiles and must be thread safe.
  std::function<std::shared_ptr<const Index>()> snapshot;
  std::function<void(bool urgent, std::string_view)> notice = [](bool, std::string_view) {};
  // Before what failed is tried again; doubled each time.
  std::chrono::milliseconds first_pause{1'000}, longest_pause{300'000};
  // Which the disk keeps for what is not derived: with less nothing is written.
  std::uint64_t reserve_bytes = 32 << 20;
  // Names of changed tools that are remembered; when there are more, all tools are looked at.
  std::size_t most_names = 10'000;
};

// Keeps a readable file for each tool that has a version: its latest one, as JSON laid out for
// people. Derived from the index and written behind it, by a thread of its own, so that whatever
// becomes of the files nobody waits for them or misses them. A file is replaced as a whole. At the
// start all that differ are written anew, and those of tools that are gone removed; files that
// have no name of ours stay, and a folder that somebody else filled is left alone. Thread safe.
class ToolFiles {
 public:
  // Returns at once. `files` and what the options call must outlive it.
  ToolFiles(FileSystem& files, ToolFilesOptions options);
  // Ends after the file in hand; what is left over is written after the next start.
  ~ToolFiles();
  ToolFiles(const ToolFiles&) = delete;
  ToolFiles& operator=(const ToolFiles&) = delete;

  // Notes the names of tools that have changed; the snapshot shows it already.
  void changed(const std::vector<std::string>& tools);

  ToolFilesStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::registry
