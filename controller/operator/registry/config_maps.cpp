#include <nlohmann/json.hpp>

#include "controller/base/sha256.hpp"
#include "controller/operator/registry/operands.hpp"

namespace toolhive {

namespace {

// Absent stays absent: the service's own default holds.
void put(Json& object, const char* name, const std::optional<std::int64_t>& value) {
  if (value) object[name] = *value;
}

void put_seconds(Json& object, const char* name, const std::optional<std::int64_t>& value) {
  if (value) object[name] = std::to_string(*value) + "s";
}

// What docs/registry-configuration.md describes for --config.
Json config_document(const RegistrySpec::Config& config) {
  Json document = {
      {"logLevel", config.log_level},
      {"storage", {{"path", kDataFolder}}},
      {"validation", {{"profile", config.validation_profile == "Public" ? "public" : "private"}}}};
  if (!config.allowed_names.empty()) document["naming"]["allow"] = config.allowed_names;
  if (!config.denied_names.empty()) document["naming"]["deny"] = config.denied_names;
  Json limits = Json::object();
  put(limits, "tools", config.tools);
  put(limits, "versionsPerTool", config.versions_per_tool);
  put(limits, "toolBytes", config.tool_bytes);
  put(limits, "schemaDepth", config.schema_depth);
  put(limits, "schemaCount", config.schema_count);
  if (!limits.empty()) document["limits"] = std::move(limits);
  return document;
}

// What it describes for --server.
Json server_document(const RegistrySpec::Server& server) {
  Json document = {{"port", kServicePort}};
  put(document, "threads", server.threads);
  put(document, "bodyLimit", server.max_body_bytes);
  put(document, "connections", server.connections);
  Json timeouts = Json::object();
  put_seconds(timeouts, "header", server.header_seconds);
  put_seconds(timeouts, "body", server.body_seconds);
  put_seconds(timeouts, "write", server.write_seconds);
  put_seconds(timeouts, "idle", server.idle_seconds);
  put_seconds(timeouts, "drain", server.drain_seconds);
  if (!timeouts.empty()) document["timeouts"] = std::move(timeouts);
  if (server.access_log_one_in) document["accessLog"]["oneIn"] = *server.access_log_one_in;
  return document;
}

Json config_map(const RegistryInputs& inputs, const std::string& name, const char* file,
                const Json& document) {
  return {{"metadata", operand_metadata(inputs, name)}, {"data", {{file, document.dump(2) + "\n"}}}};
}

}  // namespace

Json registry_config_map(const RegistryInputs& inputs) {
  return config_map(inputs, config_map_name(inputs.key), kConfigFile, config_document(inputs.spec.config));
}

Json server_config_map(const RegistryInputs& inputs) {
  return config_map(inputs, server_config_map_name(inputs.key), kServerFile,
                    server_document(inputs.spec.server));
}

std::string config_checksum(const RegistryInputs& inputs) {
  return sha256_hex(registry_config_map(inputs)["data"].dump() + server_config_map(inputs)["data"].dump());
}

}  // namespace toolhive
