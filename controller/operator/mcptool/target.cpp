#include "controller/operator/mcptool/target.hpp"

#include <nlohmann/json.hpp>

#include "controller/kube/object/field_reader.hpp"
#include "controller/operator/registry_address.hpp"
#include "controller/runtime/write/conditions.hpp"

namespace toolhive {

RegistryTarget target_of(const kube::Object& registry) {
  RegistryTarget target;
  target.deleting = registry.meta().deleting();
  const auto parsed = Registry::from_text(registry.bytes());
  if (parsed.ok()) target.allowed_namespaces = parsed->spec.allowed_namespaces;
  if (!parsed.ok() || parsed->spec.auth.is_on())
    target.endpoint.audience = registry_audience(registry.key(), registry.meta().uid);
  Status unfit;  // what a status has in another form than ours says nothing
  const kube::FieldReader status = kube::FieldReader::root(registry.bytes(), unfit).object("status");
  JsonPtr conditions;
  status.read("conditions", conditions);
  target.available = conditions && runtime::Conditions::from_json(*conditions).is_true("Available");
  status.read("url", target.url);
  // What it serves, which is not always what its spec asks for by now.
  AuthorityRef authority;
  const kube::FieldReader told = status.object("tls").object("authority");
  told.read("configMap", authority.config_map);
  told.read("key", authority.key);
  if (!authority.config_map.empty()) target.endpoint.authority = std::move(authority);
  return target;
}

bool concerns_tools(const runtime::Change& change) {
  if (!change.before || !change.after) return true;
  if (change.before->meta().generation != change.after->meta().generation) return true;
  const RegistryTarget before = target_of(*change.before);
  const RegistryTarget after = target_of(*change.after);
  return before.deleting != after.deleting || before.url != after.url || before.endpoint != after.endpoint ||
         (after.available && !before.available);
}

}  // namespace toolhive
