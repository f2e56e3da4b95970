#pragma once

#include <string>

namespace toolhive::registry {

// The subcommands of mcp-registry that work on a store and end. Each prints what it did to stdout
// and what went wrong to stderr, and returns the process's exit code: 0, 1 when something is
// damaged or refused, 2 when it could not be done.

// Checks every record of the store. Changes nothing, and works beside a server.
int verify(const std::string& config_file);

// Writes all tools to `output`, by way of a temporary file beside it, or to stdout when that is
// "-". Works beside a server.
int export_to(const std::string& config_file, const std::string& output);

// Adds the tools of an export to the store. A dry run says what it would do, and works beside a
// server; so does an import into a database.
int import_from(const std::string& config_file, const std::string& input, bool dry_run);

// Brings the schema of the database to what this program needs, which serve does as well.
int migrate(const std::string& config_file);

}  // namespace toolhive::registry
