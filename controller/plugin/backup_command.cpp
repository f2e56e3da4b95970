#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/plugin/backup_manifest.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/condition.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/operand_state.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

constexpr std::chrono::seconds kBackupPace{2};

// "main-20260102030405"
std::string name_by_time(const Session& session, const std::string& registry) {
  std::string name = registry + "-";
  for (const char c : to_rfc3339(session.ctx.clock.wall()))
    if (c >= '0' && c <= '9') name += c;
  return name;
}

// Asks until it is complete or has failed.
StatusOr<Json> await_backup(Session& session, const std::string& name) {
  for (;;) {
    StatusOr<Json> backup = session.kubectl.get(session.ctx, {kBackups, name});
    if (!backup.ok()) return backup;
    const Condition complete = condition_of(*backup, "Complete");
    if (complete.status != "Unknown") return backup;
    session.console.progress("backup " + name + ": " + visible(cause_of(complete)));
    if (!sleep_for(session.ctx.clock, kBackupPace, session.ctx.stop))
      return Status(Code::Cancelled, "the backup goes on; \"kubectl mcp status\" shows what becomes of it");
  }
}

// As far as it is known: nobody has looked into a snapshot.
std::string size_of(const Json& backup) {
  std::string size;
  for (const char* what : {"tools", "servers", "bytes"})
    if (const std::string pointer = std::string("/status/") + what; value_at(backup, pointer.c_str()))
      size += std::to_string(number_at(backup, pointer.c_str())) + " " + what + ", ";
  return size;
}

StatusOr<int> tell_backup(Session& session, const Json& backup) {
  const Condition complete = condition_of(backup, "Complete");
  if (!complete.holds())
    return Status(Code::Unavailable, "the backup failed: " + visible(cause_of(complete)));
  session.console.print(visible(text_at(backup, "/metadata/name")) + ": " + size_of(backup) +
                        visible(text_at(backup, "/status/location")) + "\n");
  return 0;
}

StatusOr<int> back_up(Session& session, const BackupWishes& given) {
  BackupWishes wishes = given;
  if (wishes.name.empty()) wishes.name = name_by_time(session, wishes.registry);
  const StatusOr<Json> manifest = backup_manifest(wishes);
  if (!manifest.ok()) return manifest.status();
  const Status created = session.kubectl.run(session.ctx, {"create", "-f", "-"}, manifest->dump()).status();
  if (!created.ok()) return created;
  const StatusOr<Json> backup = await_backup(session, wishes.name);
  return backup.ok() ? tell_backup(session, *backup) : backup.status();
}

void add_destination(CLI::App& command, Destination& destination) {
  command.add_option("--claim", destination.claim, "PersistentVolumeClaim to put it in");
  command.add_option("--path", destination.path, "Folder of the claim, or prefix in the bucket");
  command.add_option("--s3-endpoint", destination.endpoint, "URL of the S3 service, instead of a claim");
  command.add_option("--s3-bucket", destination.bucket, "The bucket");
  command.add_option("--s3-region", destination.region, "Its region (us-east-1)");
  command.add_option("--s3-secret", destination.secret, "Secret with accessKeyId and secretAccessKey");
  command.add_flag("--s3-path-style", destination.path_style,
                   "The bucket is in the path of the URL, not in its host");
}

}  // namespace

void add_backup(CLI::App& app, Action& chosen) {
  auto* const command = app.add_subcommand("backup", "Back a registry up, and wait until that is done");
  const auto wishes = std::make_shared<BackupWishes>();
  command->add_option("REGISTRY", wishes->registry, "Name of the Registry")->required();
  command->add_option("--name", wishes->name, "Name of the RegistryBackup; else made of the time");
  command->add_option("--method", wishes->method, "Export or VolumeSnapshot (Export)")
      ->check(CLI::IsMember({"Export", "VolumeSnapshot"}));
  command->add_option("--snapshot-class", wishes->snapshot_class,
                      "VolumeSnapshotClass; else the cluster's default for the driver");
  command->add_flag("--retain", wishes->retain, "Keep what was written when the RegistryBackup is deleted");
  command->add_option("--deadline-seconds", wishes->deadline_seconds, "How long it may take (3600)");
  add_destination(*command, wishes->destination);
  choose(command, chosen, wishes, back_up);
}

}  // namespace toolhive::plugin
