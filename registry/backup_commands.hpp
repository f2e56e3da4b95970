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

// The subcommands of mcp-registry that deal with backups. Each prints what it did to stdout and what
// went wrong to stderr, and both as one JSON object of less than 4,000 bytes to `report`. They
// return the process's exit code:
//   0  it is done
//   1  it failed, and may succeed when it is repeated
//   2  the arguments, or the configuration, are of no use
//   3  it will never succeed as it is: no such backup, damaged, or not into this store

// Copies all of the store to a new backup, beside a server or without, and reads it back.
int back_up(const BackupArguments& arguments);

// Puts a backup into an empty store. Does nothing to one that was restored from it before.
int restore(const BackupArguments& arguments);

int delete_backup(const BackupArguments& arguments);

}  // namespace toolhive::registry
