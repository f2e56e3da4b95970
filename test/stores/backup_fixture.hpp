// Stores that are backed up and restored, by their options and as files of configuration.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../e2e/harness/process.hpp"
#include "postgres_server.hpp"
#include "registry/store/open/open.hpp"

namespace toolhive::registry::test {

// A folder of its own below /tmp, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Files on a real disk.
class FilePlace {
 public:
  StoreOptions options() const;
  // The path of a configuration that names it.
  std::string config() const;

 private:
  TemporaryFolder folder_;
};

// A database of a real server.
class DatabasePlace {
 public:
  StoreOptions options() const;
  std::string config() const;

 private:
  TemporaryFolder folder_;
  PostgresDatabase database_;
};

// Opens a store that must open.
std::unique_ptr<Store> open_place(const StoreOptions& options);

// Gives a store tools and servers in every state there is: versions, equal ones whose order counts,
// managed, deprecated, withdrawn, purged, edited, deleted.
void fill_with_everything(Store& store);

// All that a store's readers can tell of it but entity tags: every document byte for byte, which
// version is the latest, what was withdrawn and when.
std::string told_by(const Index& index);

// The same of a store that is not open.
std::string told_by(const StoreOptions& options);

// Runs mcp-registry with these arguments, which must end with this code. Returns what it said.
e2e::Output run_registry(std::vector<std::string> arguments, int code);

std::string read_text(const std::string& path);

}  // namespace toolhive::registry::test
