// What the steps of scenarios are made of: what a user does to resources, and what is to be seen of
// them then.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/client/client.hpp"

namespace toolhive::faults {

// The names that all scenarios use.
inline constexpr const char* kRegistryName = "mcp-registry";
inline constexpr const char* kToolName = "weather";

// For one call to the API server.
Context bounded();

// Each throws std::runtime_error when the API server refuses. `intent` without its metadata, or
// with labels and annotations only.
void apply(kube::Client& client, const kube::ResourceType& type, const std::string& ns,
           const std::string& name, Json intent);
void patch(kube::Client& client, const kube::ResourceType& type, const std::string& ns,
           const std::string& name, const Json& change);
void remove(kube::Client& client, const kube::ResourceType& type, const std::string& ns,
            const std::string& name);

// What each says is what is missing; empty: nothing.

// Of the condition, in its current generation; `reason` empty: any.
std::string missing_condition(kube::Client& client, const kube::ResourceType& type, const std::string& ns,
                              const std::string& name, const std::string& condition_type,
                              const std::string& wanted, const std::string& reason = {});
// Of the type, and of the labels that `selector` selects where it is not empty.
std::string still_there(kube::Client& client, const kube::ResourceType& type, const std::string& ns,
                        const std::string& selector = {});
// Of the Registry and the MCPTool of these names.
std::string all_ready(kube::Client& client, const std::string& ns);

}  // namespace toolhive::faults
