#include "registry/backup_arguments.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace toolhive::registry {
namespace {

// A subcommand with the options that all have.
CLI::App* add_command(CLI::App& app, const char* name, const char* what, const char* location_option,
                      BackupArguments& arguments) {
  auto* command = app.add_subcommand(name, what);
  command
      ->add_option(location_option, arguments.location,
                   "The backup: file:///FOLDER/NAME or s3://BUCKET/PREFIX/NAME")
      ->required();
  command->add_option("--report", arguments.report, "A file for the outcome as JSON");
  command->add_option("--s3-endpoint", arguments.s3.endpoint,
                      "https://HOST or http://HOST:PORT of the S3 server; that of AWS by default");
  command->add_option("--s3-region", arguments.s3.region, "The region of the bucket (us-east-1)");
  command->add_flag("--s3-path-style", arguments.s3.path_style,
                    "The bucket is in the path of URLs, as many servers beside AWS want it");
  command->add_option("--s3-credentials", arguments.s3.credentials,
                      "A folder with accessKeyId, secretAccessKey and, if need be, sessionToken and ca.crt");
  return command;
}

void add_config(CLI::App* command, BackupArguments& arguments) {
  command->add_option("--config", arguments.config, "The registry's configuration (YAML or JSON)")
      ->required();
}

}  // namespace

void add_backup_commands(CLI::App& app, BackupArguments& arguments, std::function<int()>& run) {
  auto* backup = add_command(app, "backup", "Copy all tools and servers to a backup, and check the copy",
                             "--to", arguments);
  add_config(backup, arguments);
  backup->add_option("--include", arguments.include, "A folder whose files go with it");
  backup->callback([&] { run = [&] { return back_up(arguments); }; });

  auto* restoring = add_command(app, "restore", "Put a backup into an empty registry", "--from", arguments);
  add_config(restoring, arguments);
  restoring->add_option("--at", arguments.at, "As it was at this time (RFC 3339)");
  restoring->callback([&] { run = [&] { return restore(arguments); }; });

  auto* deleting = add_command(app, "delete-backup", "Delete a backup", "--from", arguments);
  deleting->callback([&] { run = [&] { return delete_backup(arguments); }; });
}

}  // namespace toolhive::registry
