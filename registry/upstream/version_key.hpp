#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "controller/base/sha256.hpp"
#include "registry/upstream/page.hpp"

namespace toolhive::registry::upstream {

// Stands for a version of a server where very many are remembered. Two have the same by no
// accident, and who looked for two on purpose would only have one of them skipped.
using VersionKey = std::uint64_t;

inline VersionKey key_of(std::string_view name, std::string_view version) {
  const auto digest = sha256(std::string(name) + '\n' + std::string(version));
  VersionKey key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

inline VersionKey key_of(const ListedVersion& listed) {
  return key_of(listed.name, listed.version);
}

}  // namespace toolhive::registry::upstream
