#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::backup {

// Texts by name, of what belongs to a registry and is not in its store.
using Files = std::map<std::string, std::string>;

// In bytes, of a manifest as it is written.
inline constexpr std::size_t kManifestBytes = 16 << 20;

// What a backup is: the object that is written last, and makes one of its export.
struct Manifest {
  std::string program;        // The version of the program that made it.
  std::string taken_at;       // RFC 3339. All that was acknowledged before is in it.
  std::uint64_t tools = 0;    // With a version that can be had.
  std::uint64_t servers = 0;  // Published.
  std::uint64_t records = 0;  // Lines of the export but its first and its last.
  std::uint64_t damaged = 0;  // Records of the store that did not verify and are left out.
  std::uint64_t bytes = 0;    // Of the export.
  Sha256 sha256 = {};         // Of the export.
  Files files = {};
};

// As JSON (RFC 8259), for people to read.
std::string render_manifest(const Manifest& manifest);

// Corrupt when it is none, or a newer program wrote it.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace toolhive::registry::backup
