#pragma once

#include <string>

#include "registry/base/result.hpp"
#include "registry/store/index.hpp"
#include "registry/store/postgres/connection.hpp"

namespace toolhive::registry::postgres {

// Filling an empty store (store/fill.hpp), of a database whose schema is that of this program.

// Empty when it was not filled.
Result<std::string> read_origin(Connection& connection);

// Replaces it, for a store that was filled.
Result<void> write_origin(Connection& connection, const std::string& origin);

// In one transaction, with the origin. Conflict when the history holds anything. Replicas that run
// read it anew.
Result<void> fill(Connection& connection, const Index& index, const std::string& origin);

}  // namespace toolhive::registry::postgres
