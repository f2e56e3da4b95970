// The commands. Each adds itself to the command line, and sets `chosen` when it is the one that is
// asked for; docs/plugin.md says what they do.
#pragma once

#include "controller/plugin/session.hpp"

namespace toolhive::plugin {

void add_approve(CLI::App& app, Action& chosen);
void add_backup(CLI::App& app, Action& chosen);
void add_completion(CLI::App& app, Action& chosen);
void add_diff(CLI::App& app, Action& chosen);
void add_export(CLI::App& app, Action& chosen);
void add_hibernate(CLI::App& app, Action& chosen);
void add_import(CLI::App& app, Action& chosen);
void add_install(CLI::App& app, Action& chosen);
void add_logs(CLI::App& app, Action& chosen);
void add_report(CLI::App& app, Action& chosen);
void add_restore(CLI::App& app, Action& chosen);
void add_status(CLI::App& app, Action& chosen);
void add_version(CLI::App& app, Action& chosen);

}  // namespace toolhive::plugin
