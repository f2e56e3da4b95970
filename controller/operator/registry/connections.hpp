// The services that a registry connects to, PostgreSQL and Redis, as its pod sees them. Their URLs
// and certificates are mounted from Secrets, which the registry follows; the operator reads none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// The name of the connection to the database.
inline constexpr const char* kDatabaseVolume = "database";

struct Connection {
  std::string name;    // of the volume
  std::string folder;  // where it is mounted
  Json sources;        // of the projected volume
  Json settings;       // what the service's configuration has for it, by the names of its sections
  std::int64_t port;   // that the NetworkPolicy lets the pods reach
};

// Those that the spec names; none for a registry on files.
std::vector<Connection> connections(const RegistrySpec& spec);

}  // namespace toolhive
