#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/file_system.hpp"
#include "registry/store/open/options.hpp"

namespace toolhive::registry {

// What a verification found.
struct VerifyReport {
  std::uint64_t records = 0;  // That verify.
  std::uint64_t tools = 0;
  std::uint64_t versions = 0;
  // Of a last write that was cut short and never acknowledged; no damage.
  std::uint64_t torn_bytes = 0;
  std::vector<std::string> problems;  // One sentence for each record that is damaged.
};

// Reads everything in the directory and checks each checksum and each definition's digest. Changes
// nothing, and needs no lock.
Result<VerifyReport> verify_store(FileSystem& files, const std::string& directory);

// The same of the store that the options name.
Result<VerifyReport> verify_store(const StoreOptions& options);

}  // namespace toolhive::registry
