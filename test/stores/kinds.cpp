#include "kinds.hpp"

#include <cstdlib>
#include <filesystem>

#include "controller/base/clock.hpp"
#include "registry/store/file_store.hpp"
#include "registry/store/shared_file_store.hpp"

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

SharedFileKind::SharedFileKind() {
  char pattern[] = "/tmp/registry-stores-XXXXXX";
  const char* made = ::mkdtemp(pattern);
  REQUIRE(made != nullptr);
  folder_ = made;
}

SharedFileKind::~SharedFileKind() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<Store> SharedFileKind::open(StoreLimits limits, std::size_t queue) const {
  SharedFileStoreOptions options;
  options.files.directory = folder_;
  options.files.limits = limits;
  options.files.queue = queue;
  options.address = "127.0.0.1:8080";
  auto store = SharedFileStore::open(posix_file_system(), toolhive::system_clock(), std::move(options));
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
