#include "controller/plugin/restore_manifest.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"

namespace toolhive::plugin {

namespace {

constexpr const char* kApiVersion = "mcpregistry.dev/v1alpha1";
constexpr const char* kDatabase = "PostgreSQL";

StatusOr<Json> storage_of(const RestoreWishes& wishes, Json storage) {
  storage.erase("existingClaim");  // it is the source's
  if (!wishes.database_secret.empty()) {
    storage["type"] = kDatabase;
    storage["postgresql"]["secretRef"]["name"] = wishes.database_secret;
  } else if (string_member(storage, "type") == kDatabase) {
    return Status(Code::Invalid,
                  "the backup is of a registry on PostgreSQL: give --database-secret, the Secret of an empty "
                  "database");
  }
  return storage;
}

}  // namespace

StatusOr<Json> restore_manifest(const RestoreWishes& wishes, const Json& source) {
  Json spec = source.is_object() ? source.value("spec", Json::object()) : Json::object();
  StatusOr<Json> storage = storage_of(wishes, spec.value("storage", Json::object()));
  if (!storage.ok()) return storage;
  if (storage->empty())
    spec.erase("storage");
  else
    spec["storage"] = *std::move(storage);
  // Two cannot have one host, and backups of both would go to one place.
  if (const auto exposure = spec.find("exposure"); exposure != spec.end()) exposure->erase("host");
  spec.erase("backup");
  spec["restoreFrom"] = {{"backupRef", {{"name", wishes.backup}}}};
  if (!wishes.at.empty()) spec["restoreFrom"]["at"] = wishes.at;
  return Json{{"apiVersion", kApiVersion},
              {"kind", "Registry"},
              {"metadata", {{"name", wishes.registry}}},
              {"spec", std::move(spec)}};
}

}  // namespace toolhive::plugin
