#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/store/transfer.hpp"

namespace toolhive::registry::backup {

// An object that is being written. It is there under its name once finish() succeeded, and never
// in part; what was not finished is thrown away. One thread at a time.
class Upload {
 public:
  virtual ~Upload() = default;
  Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  virtual Result<void> append(std::string_view bytes) = 0;
  // Durable when it returns. Once.
  virtual Result<void> finish() = 0;
};

// Where backups are kept, a folder of one: objects by name. Errors name the object: NotFound when
// it is not there, Unavailable, StorageFull or ReadOnly when trying again may help. One thread at a
// time.
class Destination {
 public:
  virtual ~Destination() = default;
  Destination() = default;
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;

  // Replaces an object of that name, once it is whole.
  virtual Result<std::unique_ptr<Upload>> create(const std::string& name) = 0;
  // Reads an object in pieces of a few MiB at most. The source must not outlive this.
  virtual Result<Source> open(const std::string& name) = 0;
  // Succeeds when there is no such object.
  virtual Result<void> remove(const std::string& name) = 0;
};

// All of an object; Corrupt when it has more than so many bytes.
Result<std::string> read_object(Destination& destination, const std::string& name, std::size_t most_bytes);
Result<void> write_object(Destination& destination, const std::string& name, std::string_view bytes);

}  // namespace toolhive::registry::backup
