// Names of kinds as kubectl takes them: with the group, so that no other kind of that name is
// meant.
#pragma once

namespace toolhive::plugin {

inline constexpr const char* kRegistries = "registries.mcpregistry.dev";
inline constexpr const char* kMcpTools = "mcptools.mcpregistry.dev";
inline constexpr const char* kBackups = "registrybackups.mcpregistry.dev";

}  // namespace toolhive::plugin
