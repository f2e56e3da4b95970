// The MCPTools that are made for discovered servers: their names, what is declared of them, and by
// what they are known again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/operator/discovery/source.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// The name of the MCPTool for an object of that name: the object's own, cut to 48 characters, and a
// digest of source, Registry and name, so that nothing else has it and it never changes.
std::string discovered_name(const Source& source, const kube::Key& registry, std::string_view object);

// What server-side apply should own of it.
Json discovered_intent(const Source& source, const kube::Object& object, const FoundServer& server,
                       const kube::Key& registry, const RegistrySpec::Discovery& spec);

// The source it was made for: by its label, and a controller of that source's kind. nullptr for an
// MCPTool that somebody else made.
const Source* source_of(const kube::Object& tool);

// Indexes of MCPTools.
inline constexpr const char* kDiscoveredIndex = "discovered";  // those made, by the key of the Registry
inline constexpr const char* kServerIndex = "server";          // by server_index_value()

std::vector<std::string> index_discovered(const kube::Object& tool);
std::vector<std::string> index_by_server(const kube::Object& tool);
// Under which MCPTools of a Registry with a server at that URL are found.
std::string server_index_value(const kube::Key& registry, const std::string& url);

}  // namespace toolhive
