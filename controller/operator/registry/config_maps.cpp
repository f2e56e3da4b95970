#include <nlohmann/json.hpp>

#include "controller/base/sha256.hpp"
#include "controller/operator/registry/authentication.hpp"
#include "controller/operator/registry/connections.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/shared_files.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/upstreams.hpp"

namespace toolhive {

namespace {

// While one pod goes the others serve: for so long it takes what the Service's proxies on the nodes
// send it still. With the longest drain it is less than the pod's grace period.
constexpr const char* kShutdownDelay = "4s";

// What the spec declares for a file of the service, with what is the operator's to say put over it.
Json file_document(const JsonPtr& declared, const Json& ours) {
  Json document = declared ? *declared : Json::object();
  document.update(ours);
  return document;
}

Json config_map(const RegistryInputs& inputs, const std::string& name, const char* file,
                const Json& document) {
  return {{"metadata", operand_metadata(inputs, name)}, {"data", {{file, document.dump(2) + "\n"}}}};
}

// Where the service keeps its data.
Json store_settings(const RegistrySpec& spec) {
  if (spec.storage.is_files()) {
    Json storage = {{"path", kDataFolder}};
    // The service's own default is not written, so that no pod is made anew for it.
    if (!spec.storage.tool_files) storage["toolFiles"] = false;
    if (has_shared_files(spec)) storage["shared"] = true;
    return {{"storage", std::move(storage)}};
  }
  Json settings = Json::object();
  for (const Connection& connection : connections(spec)) settings.update(connection.settings);
  return settings;
}

}  // namespace

Json registry_config_map(const RegistryInputs& inputs) {
  Json ours = store_settings(inputs.spec);
  if (inputs.spec.auth.is_on()) ours["auth"] = auth_section(inputs);
  if (Json upstreams = upstreams_section(inputs.spec); !upstreams.is_null())
    ours["upstreams"] = std::move(upstreams);
  Json map =
      config_map(inputs, config_map_name(inputs.key), kConfigFile, file_document(inputs.spec.config, ours));
  if (inputs.operator_keys) map["data"][kOperatorKeysFile] = inputs.operator_keys->dump(2) + "\n";
  return map;
}

Json server_config_map(const RegistryInputs& inputs) {
  Json ours = {{"port", port_of(inputs).number}};
  if (Json tls = tls_section(inputs); !tls.is_null()) ours["tls"] = std::move(tls);
  if (!inputs.spec.storage.is_files() || has_shared_files(inputs.spec))
    ours["shutdownDelay"] = kShutdownDelay;
  if (const std::string& prefix = inputs.spec.exposure.path_prefix; !prefix.empty())
    ours["pathPrefix"] = prefix;
  const Json document = file_document(inputs.spec.server, ours);
  Json map = config_map(inputs, server_config_map_name(inputs.key), kServerFile, document);
  if (!inputs.operator_certificates.empty())
    map["data"][kOperatorCertificatesFile] = inputs.operator_certificates;
  return map;
}

std::string config_checksum(const RegistryInputs& inputs) {
  Json config = registry_config_map(inputs)["data"];
  Json server = server_config_map(inputs)["data"];
  // Which the service follows.
  config.erase(kOperatorKeysFile);
  server.erase(kOperatorCertificatesFile);
  return sha256_hex(config.dump() + server.dump());
}

}  // namespace toolhive
