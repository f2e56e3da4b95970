#include "kinds.hpp"

#include <cstdlib>
#include <filesystem>

#include "registry/store/file_store.hpp"

namespace toolhive::registry::test {

FileKind::FileKind() {
  char pattern[] = "/tmp/registry-stores-XXXXXX";
  const char* made = ::mkdtemp(pattern);
  REQUIRE(made != nullptr);
  folder_ = made;
}

FileKind::~FileKind() {
  std::error_code ignored;  // What is left over in /tmp fails no test.
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<Store> FileKind::open(StoreLimits limits, std::size_t queue) {
  FileStoreOptions options;
  options.directory = folder_;
  options.limits = limits;
  options.queue = queue;
  auto store = FileStore::open(posix_file_system(), std::move(options));
  REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().detail));
  return std::move(*store);
}

std::unique_ptr<Store> PostgresKind::open(StoreLimits limits, std::size_t queue) const {
  auto options = database_.options();
  options.limits = limits;
  options.queue = queue;
  return PostgresDatabase::open(std::move(options));
}

std::unique_ptr<Store> CachedPostgresKind::open(StoreLimits limits, std::size_t queue) const {
  auto options = database_.options();
  options.limits = limits;
  options.queue = queue;
  options.cache = redis_.options();
  options.cache_interval = std::chrono::milliseconds(2);
  options.cache_changes = 1;
  return PostgresDatabase::open(std::move(options));
}

}  // namespace toolhive::registry::test
