#include "controller/operator/mcptool/target.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/registry_address.hpp"
#include "controller/runtime/write/conditions.hpp"

namespace toolhive {

RegistryTarget target_of(const kube::Object& registry) {
  RegistryTarget target;
  target.deleting = registry.meta().deleting();
  const Json document = registry.json();
  const auto parsed = Registry::from_text(registry.bytes());
  if (parsed.ok()) target.allowed_namespaces = parsed->spec.allowed_namespaces;
  if (!parsed.ok() || parsed->spec.auth.is_on())
    target.audience = registry_audience(registry.key(), registry.meta().uid);
  const Json status = document.value("status", Json::object());
  if (!status.is_object()) return target;
  target.available =
      runtime::Conditions::from_json(status.value("conditions", Json::array())).is_true("Available");
  if (const auto url = status.find("url"); url != status.end() && url->is_string())
    target.url = url->get<std::string>();
  return target;
}

bool concerns_tools(const runtime::Change& change) {
  if (!change.before || !change.after) return true;
  if (change.before->meta().generation != change.after->meta().generation) return true;
  const RegistryTarget before = target_of(*change.before);
  const RegistryTarget after = target_of(*change.after);
  return before.deleting != after.deleting || before.url != after.url ||
         (after.available && !before.available);
}

}  // namespace toolhive
