#include "controller/operator/served_version.hpp"

#include <algorithm>

namespace toolhive {

namespace {

// Of versions that one call takes out.
constexpr std::size_t kMostWithdrawn = 16;

}  // namespace

PutBack withdraw_versions_before(const Context& ctx, RegistryApi& registry, const std::string& wanted,
                                 const std::vector<RegistryEntry>& versions, const ManagedBy& manager) {
  PutBack done;
  const auto end = std::ranges::find(versions, wanted, &RegistryEntry::version);
  if (end == versions.end()) return done;
  for (auto at = versions.begin(); at != end && done.failure.ok(); ++at) {
    if (done.withdrawn.size() == kMostWithdrawn) {
      done.failure =
          Status(Code::Unavailable, "there are more versions above " + wanted + " than " +
                                        std::to_string(kMostWithdrawn) + ", which are withdrawn at a time");
      break;
    }
    const Status withdrawn = registry.withdraw_version(ctx, at->name, at->version, manager);
    if (withdrawn.ok())
      done.withdrawn.push_back(at->version);
    else if (withdrawn.code() != Code::NotFound)
      done.failure = withdrawn;
  }
  return done;
}

PutBack withdraw_versions_before(const Context& ctx, RegistryApi& registry, const RegistryEntry& wanted,
                                 const ManagedBy& manager) {
  const auto versions = registry.versions(ctx, wanted.name);
  if (versions.ok()) return withdraw_versions_before(ctx, registry, wanted.version, *versions, manager);
  // One that is behind, as above.
  if (versions.status().code() == Code::NotFound) return {};
  return {.withdrawn = {}, .failure = versions.status()};
}

}  // namespace toolhive
