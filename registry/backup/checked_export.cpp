#include "registry/backup/checked_export.hpp"

#include <string>
#include <utility>

namespace toolhive::registry::backup {
namespace {

Error altered(const std::string& what) {
  return {Code::Corrupt, "the export of the backup " + what + "; it was changed or damaged"};
}

std::string differs(std::uint64_t there, std::uint64_t said, const char* of_what) {
  return "has " + std::to_string(there) + " " + of_what + " and not the " + std::to_string(said) +
         " of its manifest";
}

}  // namespace

Result<void> read_checked(const Source& source, const Manifest& manifest,
                          const std::function<Result<void>(std::uint64_t, Restore)>& on_record) {
  Sha256Stream checksum;
  std::uint64_t bytes = 0;
  const auto measured = [&](bool rewind) -> Result<std::string> {
    auto piece = source(rewind);
    if (!piece) return piece;
    bytes += piece->size();
    if (bytes > manifest.bytes) return altered("is longer than its manifest says");
    checksum.add(*piece);
    return piece;
  };
  auto records = read_export(measured, on_record);
  if (!records) {
    auto error = records.take_error();
    if (error.code == Code::Invalid) return altered("cannot be read: " + error.detail);
    return error;
  }
  if (bytes != manifest.bytes) return altered(differs(bytes, manifest.bytes, "bytes"));
  if (*records != manifest.records) return altered(differs(*records, manifest.records, "records"));
  if (checksum.finish() != manifest.sha256) return altered("has another SHA-256 than its manifest says");
  return {};
}

}  // namespace toolhive::registry::backup
