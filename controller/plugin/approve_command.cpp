#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/operator/label/label_names.hpp"
#include "controller/plugin/approval.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/comparison_tree.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/registry_objects.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

struct ApproveWishes {
  std::string mcptool;
  std::string digest;
  bool yes = false;
};

// Only onto the object as it was seen: what is offered since then is not approved with it.
Status annotate(const Session& session, const Json& tool, const Approval& approval) {
  return session.kubectl
      .run(session.ctx, {"annotate", kMcpTools, text_at(tool, "/metadata/name"),
                         std::string(kApproveAnnotation) + "=" + approval.digest, "--overwrite",
                         "--namespace=" + text_at(tool, "/metadata/namespace"),
                         "--resource-version=" + approval.resource_version})
      .status();
}

// As annotate(); where the MCPTool changed meanwhile and still offers the same, once more.
Status approve_seen(const Session& session, const Json& seen, const Approval& approval) {
  Status annotated = annotate(session, seen, approval);
  if (annotated.code() != Code::Conflict) return annotated;
  const StatusOr<Json> now = session.kubectl.get(
      session.ctx,
      {kMcpTools, text_at(seen, "/metadata/name"), "--namespace=" + text_at(seen, "/metadata/namespace")});
  if (!now.ok()) return now.status();
  const StatusOr<Approval> again = approval_of(*now, approval.digest);
  return again.ok() ? annotate(session, *now, *again) : again.status();
}

StatusOr<int> approve(Session& session, const ApproveWishes& wishes) {
  const StatusOr<Json> tool = session.kubectl.get(session.ctx, {kMcpTools, wishes.mcptool});
  if (!tool.ok()) return tool.status();
  const StatusOr<Approval> approval = approval_of(*tool, wishes.digest);
  if (!approval.ok()) return approval.status();
  Console& console = session.console;
  console.print(draw(waiting_tree(*tool), console.paint()));
  console.print("The offer as a whole: " + visible(approval->digest) + "\n");
  if (!wishes.yes && !console.confirm("Register all of this?"))
    return Status(Code::Cancelled, "nothing was approved; --yes approves without a question");
  if (const Status approved = approve_seen(session, *tool, *approval); !approved.ok()) return approved;
  console.note("Approved. \"kubectl mcp status\" shows when it is registered.");
  return 0;
}

}  // namespace

void add_approve(CLI::App& app, Action& chosen) {
  auto* const command =
      app.add_subcommand("approve", "Let an MCPTool register what is held of its server's tools");
  const auto wishes = std::make_shared<ApproveWishes>();
  command->add_option("MCPTOOL", wishes->mcptool, "Name of the MCPTool")->required();
  command->add_option("--digest", wishes->digest, "Only if this is what is offered (status.offeredDigest)");
  command->add_flag("-y,--yes", wishes->yes, "Do not ask");
  choose(command, chosen, wishes, approve);
}

}  // namespace toolhive::plugin
