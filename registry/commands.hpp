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

struct ImportArguments {
  std::string input;      // The export, or "-" for stdin.
  bool dry_run = false;   // Only say what it would do.
  bool progress = false;  // Print a line after each group of records.
};

// Adds the tools of an export to the store. Works beside a server; where that has the files of the
// store, the server does it (import_socket.hpp). Not beside replicas that share them.
int import_from(const std::string& config_file, const ImportArguments& arguments);

// Brings the schema of the database to what this program needs, which serve does as well.
int migrate(const std::string& config_file);

}  // namespace toolhive::registry
