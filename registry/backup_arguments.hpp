#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "registry/backup_commands.hpp"

namespace toolhive::registry {

// Adds the subcommands that deal with backups; each sets `run` to what it does.
void add_backup_commands(CLI::App& app, BackupArguments& arguments, std::function<int()>& run);

}  // namespace toolhive::registry
