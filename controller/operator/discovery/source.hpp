// Sources: where MCP servers are discovered, as a list of rows from which follows what is watched,
// read and told.
#pragma once

#include <span>
#include <string_view>

#include "controller/operator/discovery/found_server.hpp"
#include "controller/runtime/cache/versioned_informer.hpp"

namespace toolhive {

// One row.
struct Source {
  const char* name;  // in spec.discovery.sources, in labels and in the status
  runtime::VersionedResource resource;
  ReadServer read;
  const runtime::VersionedResource* routes = nullptr;  // what is read besides
};

std::span<const Source> sources();
// nullptr for a name that no source has.
const Source* find_source(std::string_view name);

// The namespaces that agree to be looked in.
const runtime::VersionedResource& agreeing_namespaces();

}  // namespace toolhive
