// What a cluster has of one registry.
#pragma once

#include <nlohmann/json.hpp>  // whole, for the vectors that are made here
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/plugin/session.hpp"

namespace toolhive::plugin {

struct RegistryObjects {
  JsonPtr registry;
  std::vector<Json> operands = {};
  std::vector<Json> tools = {};        // MCPTools that name it, of all namespaces that may be read
  std::vector<Json> backups = {};      // RegistryBackups of it
  std::vector<std::string> gaps = {};  // what could not be read, and why
};

// Reads what belongs to each of the registries. What cannot be read is a gap and no failure.
std::vector<RegistryObjects> read_objects(const Session& session, const std::vector<Json>& registries);

// Whether the MCPTool registers in this Registry.
bool registers_in(const Json& tool, const Json& registry);

// "namespace/name"
std::string full_name(const Json& object);

}  // namespace toolhive::plugin
