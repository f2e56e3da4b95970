#include "controller/operator/config_map_value.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

StatusOr<std::string> config_map_value(const Context& ctx, kube::Client& client, const kube::Key& config_map,
                                       const std::string& key) {
  const auto read = client.get(ctx, config_map_type(), config_map);
  if (!read.ok() && read.status().code() != Code::NotFound) return read.status();
  const Json document = read.ok() ? read->json() : Json::object();
  const Json* const data = value_at(document, "/data");
  std::string value = data && data->is_object() ? string_member(*data, key.c_str()) : std::string();
  if (!value.empty()) return value;
  return Status(Code::NotFound, "there is no ConfigMap " + config_map.name + " with a key " + key);
}

}  // namespace toolhive
