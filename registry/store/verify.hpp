#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "registry/config/config.hpp"
#include "registry/result.hpp"
#include "registry/store/file_system.hpp"
#include "registry/store/record.hpp"

namespace registry {

/// What a verification found.
struct VerifyReport {
  std::uint64_t records = 0;  ///< That verify.
  std::uint64_t tools = 0;
  std::uint64_t versions = 0;
  std::uint64_t torn_bytes = 0;  ///< Of a last write that was cut short and never acknowledged; no damage.
  std::vector<std::string> problems;  ///< One sentence for each record that is damaged.
};

/// Computes the digest of a stored document anew: of server.json, or of a tool's definition. Corrupt when it differs.
Result<void> check_digest(const Record& record);

/// Reads everything in the directory and checks each checksum and each definition's digest. Changes nothing,
/// and needs no lock.
Result<VerifyReport> verify_store(FileSystem& files, const std::string& directory);

/// The same of the store that the configuration names.
Result<VerifyReport> verify_store(const Config& config);

}  // namespace registry
