#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/condition.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/operand_state.hpp"
#include "controller/plugin/restore_manifest.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

constexpr std::chrono::seconds kRestorePace{2};

// Null when there is none any more.
StatusOr<Json> source_of(Session& session, const Json& backup) {
  const std::string name = text_at(backup, "/spec/registryRef/name");
  StatusOr<Json> source = session.kubectl.get(session.ctx, {kRegistries, name});
  if (source.ok() || source.status().code() != Code::NotFound) return source;
  session.console.note("There is no Registry " + visible(name) +
                       " any more: what is restored has the defaults of a new one.");
  return Json();
}

// Asks until it is restored and serves, or cannot be.
StatusOr<int> await_restored(Session& session, const std::string& name) {
  for (;;) {
    const StatusOr<Json> registry = session.kubectl.get(session.ctx, {kRegistries, name});
    if (!registry.ok()) return registry.status();
    const Condition accepted = condition_of(*registry, "Accepted");
    const Condition restored = condition_of(*registry, "Restored");
    for (const Condition& each : {accepted, restored})
      if (each.status == "False")
        return Status(Code::Unavailable, visible(name) + " was not restored: " + visible(cause_of(each)));
    const Condition ready = condition_of(*registry, "Ready");
    if (restored.holds() && ready.holds()) {
      session.console.print(visible(name) + ": " + visible(restored.message) + "\n");
      return 0;
    }
    session.console.progress(visible(name) + ": " + visible(cause_of(restored.holds() ? ready : restored)));
    if (!sleep_for(session.ctx.clock, kRestorePace, session.ctx.stop))
      return Status(Code::Cancelled, "restoring goes on; \"kubectl mcp status\" shows what becomes of it");
  }
}

StatusOr<int> restore(Session& session, const RestoreWishes& wishes) {
  const StatusOr<Json> backup = session.kubectl.get(session.ctx, {kBackups, wishes.backup});
  if (!backup.ok()) return backup.status();
  const StatusOr<Json> source = source_of(session, *backup);
  if (!source.ok()) return source.status();
  const StatusOr<Json> manifest = restore_manifest(wishes, *source);
  if (!manifest.ok()) return manifest.status();
  const Status created = session.kubectl.run(session.ctx, {"create", "-f", "-"}, manifest->dump()).status();
  if (!created.ok()) return created;
  return await_restored(session, wishes.registry);
}

}  // namespace

void add_restore(CLI::App& app, Action& chosen) {
  auto* const command = app.add_subcommand(
      "restore", "Make a registry out of a backup, and wait until it serves; others stay as they are");
  const auto wishes = std::make_shared<RestoreWishes>();
  command->add_option("BACKUP", wishes->backup, "Name of the RegistryBackup")->required();
  command->add_option("REGISTRY", wishes->registry, "Name of the Registry to make")->required();
  command->add_option("--at", wishes->at,
                      "The registry as it was at this time, such as 2026-01-02T03:04:05Z");
  command->add_option("--database-secret", wishes->database_secret,
                      "Secret with the connection of an empty PostgreSQL database");
  choose(command, chosen, wishes, restore);
}

}  // namespace toolhive::plugin
