#pragma once

#include <string>

#include "registry/backup/s3_options.hpp"

namespace toolhive::registry {

// The arguments of the subcommands below, as the command line has them.
struct BackupArguments {
  std::string config;    // The registry's configuration.
  std::string location;  // Of the backup (backup/location.hpp).
  std::string include;   // A folder whose files go with it; empty for none.
  std::string at;        // RFC 3339; empty for all there is.
  std::string report;    // A file for what a program is told of the outcome; empty for none.
  backup::S3Options s3;
};

// The subcommands of mcp-registry that deal with backups. Each prints what it did to stdout and
// what went wrong to stderr, and both to `report`. They return the exit codes of
// command_report.hpp: 3 is no such backup, damaged, or not into this store.

// Copies all of the store to a new backup, beside a server or without, and reads it back.
int back_up(const BackupArguments& arguments);

// Puts a backup into an empty store. Does nothing to one that was restored from it before.
int restore(const BackupArguments& arguments);

int delete_backup(const BackupArguments& arguments);

}  // namespace toolhive::registry
