#pragma once

#include <string>

namespace toolhive::registry {

// The arguments of `mcp-registry move`.
struct MoveArguments {
  std::string from;    // The folder of the files.
  std::string config;  // The registry's configuration, with the database.
  std::string report;  // A file for what a program is told of the outcome; empty for none.
};

// Moves all that a registry has from files to its database (store/open/move.hpp). Prints what it
// did, leaves the report and returns the exit code that command_report.hpp says.
int move_to_database(const MoveArguments& arguments);

}  // namespace toolhive::registry
