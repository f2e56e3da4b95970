#include "controller/operator/live/list_server.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/operator/live/listed_server.hpp"

namespace toolhive {

namespace {

// Of versions that are deleted for one that is older: more are left to the next pass.
constexpr int kMostLaterVersions = 16;

// A version that was deleted is neither changed nor published again, unless it is active first.
Status write(const Context& ctx, RegistryApi& registry, const Json& wanted) {
  const Status written = registry.put_server(ctx, wanted);
  if (written.code() != Code::Invalid) return written;
  const Status restored = registry.set_server_status(ctx, string_member(wanted, "name"),
                                                     string_member(wanted, "version"), ServerStatus::Active);
  return restored.ok() ? registry.put_server(ctx, wanted) : written;
}

Status delete_later_versions(const Context& ctx, RegistryApi& registry, const Json& wanted) {
  const std::string name = string_member(wanted, "name");
  for (int i = 0; i < kMostLaterVersions; ++i) {
    const auto latest = registry.get_server(ctx, name);
    if (!latest.ok()) return latest.status();
    const std::string version = string_member(**latest, "version");
    if (version == string_member(wanted, "version")) return {};
    const Status deleted = registry.set_server_status(ctx, name, version, ServerStatus::Deleted);
    if (!deleted.ok()) return deleted;
  }
  return {};
}

// The state is that of the server as it is. A version that it does not have any more would tell for
// ever how the server was at its last look.
Status supersede(const Context& ctx, RegistryApi& registry, const Json& listed) {
  const Json::json_pointer state = Json::json_pointer("/_meta") / kObservedMeta / "state";
  if (!listed.contains(state) || listed.at(state) == kSuperseded) return {};
  Json superseded = listed;
  superseded[state] = kSuperseded;
  return registry.put_server(ctx, superseded);
}

}  // namespace

Status list_server(const Context& ctx, RegistryApi& registry, const Json& wanted) {
  const auto latest = registry.get_server(ctx, string_member(wanted, "name"));
  if (!latest.ok() && latest.status().code() != Code::NotFound) return latest.status();
  if (latest.ok() && **latest == wanted) return {};
  // First, while it is the latest: whatever ends this pass, the next one finds it again.
  if (latest.ok() && string_member(**latest, "version") != string_member(wanted, "version"))
    if (const Status done = supersede(ctx, registry, **latest); !done.ok()) return done;
  const Status written = write(ctx, registry, wanted);
  return written.ok() ? delete_later_versions(ctx, registry, wanted) : written;
}

Status unlist_server(const Context& ctx, RegistryApi& registry, const std::string& name) {
  const auto latest = registry.get_server(ctx, name);
  if (latest.status().code() == Code::NotFound) return {};
  if (!latest.ok()) return latest.status();
  const Status deleted = registry.set_server_status(ctx, name, "", ServerStatus::Deleted);
  return deleted.code() == Code::NotFound ? Status() : deleted;
}

}  // namespace toolhive
