#include "registry/backup_commands.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/time.hpp"
#include "registry/backup/back_up.hpp"
#include "registry/backup/included_files.hpp"
#include "registry/backup/open.hpp"
#include "registry/backup/restore.hpp"
#include "registry/command_report.hpp"
#include "registry/config/config.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {
namespace {

// Where a backup is, opened.
struct Target {
  backup::Location location;
  std::unique_ptr<backup::Destination> destination;
};

Result<Target> open_target(const BackupArguments& arguments) {
  auto location = backup::parse_location(arguments.location);
  if (!location) return location.take_error();
  auto destination = backup::open_destination(*location, arguments.s3);
  if (!destination) return destination.take_error();
  return Target{std::move(*location), std::move(*destination)};
}

Json report_of(const std::string& location, const backup::Manifest& manifest) {
  Json report = {
      {"location", location},    {"tools", manifest.tools},           {"servers", manifest.servers},
      {"bytes", manifest.bytes}, {"sha256", to_hex(manifest.sha256)}, {"takenAt", manifest.taken_at}};
  if (manifest.damaged > 0) report["damaged"] = manifest.damaged;
  return report;
}

std::string contents_of(const backup::Manifest& manifest) {
  return std::to_string(manifest.tools) + " tools and " + std::to_string(manifest.servers) + " servers, " +
         std::to_string(manifest.bytes) + " bytes, taken at " + manifest.taken_at;
}

// The time in the form in which records are held against it; empty for none.
Result<std::string> parse_at(const std::string& text) {
  if (text.empty()) return std::string();
  const auto time = parse_rfc3339(text);
  if (!time) return Error{Code::Invalid, "must be a time such as 2026-01-31T12:00:00Z", "--at"};
  return to_rfc3339_micro(*time);
}

Result<backup::Restored> run_restore(const BackupArguments& arguments, const Config& config) {
  auto at = parse_at(arguments.at);
  if (!at) return at.take_error();
  auto target = open_target(arguments);
  if (!target) return target.take_error();
  return backup::restore(config.store, target->location, *target->destination,
                         {config.store.limits, config.policy, std::move(*at)});
}

Result<backup::BackedUp> run_backup(const BackupArguments& arguments, const Config& config) {
  backup::Files files;
  if (!arguments.include.empty()) {
    auto included = backup::read_included_files(arguments.include);
    if (!included) return included.take_error();
    files = std::move(*included);
  }
  auto target = open_target(arguments);
  if (!target) return target.take_error();
  return backup::back_up(config.store, target->location, *target->destination, std::move(files),
                         system_clock().wall(), [](std::string_view text) {
                           std::fprintf(stderr, "left out: %.*s\n", static_cast<int>(text.size()),
                                        text.data());
                         });
}

}  // namespace

int back_up(const BackupArguments& arguments) {
  auto config = load_config(arguments.config);
  if (!config) return config_failed(arguments.report, config.take_error());
  auto done = run_backup(arguments, *config);
  if (!done) return command_failed(arguments.report, done.error());
  const auto& manifest = done->manifest;
  return command_succeeded(arguments.report,
                           arguments.location +
                               (done->was_there ? " was there already, and is whole: " : ": ") +
                               contents_of(manifest),
                           report_of(arguments.location, manifest));
}

int restore(const BackupArguments& arguments) {
  auto config = load_config(arguments.config);
  if (!config) return config_failed(arguments.report, config.take_error());
  auto done = run_restore(arguments, *config);
  if (!done) return command_failed(arguments.report, done.error());
  auto report = report_of(arguments.location, done->manifest);
  report["restored"] = done->done;
  return command_succeeded(arguments.report,
                           (done->done ? "restored from " : "was restored before, and stays as it is: ") +
                               arguments.location + ": " + contents_of(done->manifest),
                           report);
}

int delete_backup(const BackupArguments& arguments) {
  auto target = open_target(arguments);
  if (!target) return command_failed(arguments.report, target.error());
  if (auto done = backup::delete_backup(*target->destination, target->location); !done)
    return command_failed(arguments.report, done.error());
  return command_succeeded(arguments.report, "deleted " + arguments.location,
                           {{"location", arguments.location}});
}

}  // namespace toolhive::registry
