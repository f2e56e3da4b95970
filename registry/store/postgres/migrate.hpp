#pragma once

#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/postgres/connection.hpp"

namespace toolhive::registry::postgres {

// A file of migrations/, in which the number comes first. One that was released never changes.
struct Migration {
  int version;
  std::string_view name;
  std::string_view statements;
};

// All of them in order, from 1 without a gap. Made by the build.
const std::vector<Migration>& migrations();

struct Migrated {
  int from = 0;
  int to = 0;
};

// Brings the schema mcp_registry of a database to the last migration, in one transaction. Of
// several processes that do so at once one does the work and the others wait. Changes nothing, and
// needs no right to, when there is nothing to do. Invalid when a newer program migrated it further.
Result<Migrated> migrate(Connection& connection);

}  // namespace toolhive::registry::postgres
