// The stores that conformance_test.cpp is run on. A Kind makes an empty storage, opens stores on
// it, and removes it.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "postgres_server.hpp"
#include "redis_server.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry::test {

// Files on a real disk.
class FileKind {
 public:
  FileKind();
  ~FileKind();
  FileKind(const FileKind&) = delete;
  FileKind& operator=(const FileKind&) = delete;

  // Opens the storage, which no other store has open. `queue` is how many writes may wait.
  std::unique_ptr<Store> open(StoreLimits limits = {}, std::size_t queue = 4096);

 private:
  std::string folder_;
};

// The same, as one of several replicas, which writes.
class SharedFileKind {
 public:
  SharedFileKind();
  ~SharedFileKind();
  SharedFileKind(const SharedFileKind&) = delete;
  SharedFileKind& operator=(const SharedFileKind&) = delete;

  std::unique_ptr<Store> open(StoreLimits limits = {}, std::size_t queue = 4096) const;

 private:
  std::string folder_;
};

// A database of a real PostgreSQL server.
class PostgresKind {
 public:
  std::unique_ptr<Store> open(StoreLimits limits = {}, std::size_t queue = 4096) const;

 private:
  PostgresDatabase database_;
};

// The same with a cache beside it that is written all the time.
class CachedPostgresKind {
 public:
  CachedPostgresKind() : redis_(RedisServer::get()) {}
  std::unique_ptr<Store> open(StoreLimits limits = {}, std::size_t queue = 4096) const;

 private:
  const RedisServer& redis_;
  PostgresDatabase database_;
};

}  // namespace toolhive::registry::test
