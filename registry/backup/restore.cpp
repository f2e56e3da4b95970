#include "registry/backup/restore.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "registry/backup/back_up.hpp"
#include "registry/model/json.hpp"
#include "registry/store/open/fill.hpp"

namespace toolhive::registry::backup {
namespace {

std::string render_origin(const Location& location, const std::string& at, const Manifest& manifest) {
  const Json json = {{"location", location.text}, {"at", at}, {"manifest", render_manifest(manifest)}};
  return json.dump() + '\n';
}

std::string member_of(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

// What an origin says of a restore before; none when that was from elsewhere.
Result<std::optional<Restored>> restored_before(const std::string& origin, const Location& location,
                                                const std::string& at) {
  std::optional<Restored> restored;
  if (origin.empty()) return restored;
  auto json = parse_stored_json(origin);
  if (!json || !json->is_object())
    return Error{Code::Corrupt, "what the store says it was restored from cannot be read"};
  if (member_of(*json, "location") != location.text || member_of(*json, "at") != at) return restored;
  auto manifest = parse_manifest(member_of(*json, "manifest"));
  if (!manifest) return manifest.take_error();
  return std::optional(Restored{false, std::move(*manifest)});
}

}  // namespace

Result<Restored> restore(const StoreOptions& store, const Location& location, Destination& destination,
                         const ReadOptions& options) {
  auto origin = read_origin(store);
  if (!origin) return origin.take_error();
  auto before = restored_before(*origin, location, options.at);
  if (!before) return before.take_error();
  if (*before) return std::move(**before);

  auto manifest = read_manifest(destination, location);
  if (!manifest) return manifest.take_error();
  auto source = destination.open(location.export_name());
  if (!source) return source.take_error();
  auto index = read_backup(*source, *manifest, options);
  if (!index) return index.take_error();
  Restored restored{true, std::move(*manifest)};
  restored.manifest.files.clear();
  restored.manifest.tools = index->tools();
  restored.manifest.servers = index->servers();
  auto filled = fill_store(store, *index, render_origin(location, options.at, restored.manifest));
  if (!filled) return filled.take_error();
  return restored;
}

}  // namespace toolhive::registry::backup
