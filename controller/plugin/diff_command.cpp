#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/percent.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/comparison_tree.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/registry_api.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

struct DiffWishes {
  std::string mcptool;
  std::string tool;  // empty: what waits of all, and the versions of the only one
  std::string from;
  std::string to;
};

// The name of the only tool of the MCPTool; empty when it has several, or none.
std::string only_tool(const Json& mcptool) {
  const Json* const tools = value_at(mcptool, "/status/tools");
  return tools != nullptr && tools->size() == 1 ? text_at(mcptool, "/status/tools/0/name") : "";
}

std::string with_query(const std::string& path, const DiffWishes& wishes) {
  std::string target = path;
  if (!wishes.from.empty()) target += "?from=" + percent_encode(wishes.from);
  if (!wishes.to.empty()) target += (wishes.from.empty() ? "?to=" : "&to=") + percent_encode(wishes.to);
  return target;
}

std::size_t version_count(const Json& versions) {
  const Json* const list = value_at(versions, "/versions");
  return list == nullptr ? 0 : list->size();
}

Status print_versions(Session& session, const Json& mcptool, const std::string& tool,
                      const DiffWishes& wishes) {
  const RegistryName registry = registry_of(mcptool);
  const std::string path = "/api/v1/tools/" + percent_encode(tool);
  const StatusOr<Json> versions = get_from(session, registry, path + "/versions");
  if (!versions.ok()) return versions.status();
  if (version_count(*versions) < 2) {
    session.console.note(visible(tool) + " has one version in the registry: nothing to compare.");
    return {};
  }
  const StatusOr<Json> comparison = get_from(session, registry, with_query(path + "/diff", wishes));
  if (!comparison.ok()) return comparison.status();
  session.console.print(draw(comparison_tree(*comparison), session.console.paint()));
  return {};
}

StatusOr<int> tell_differences(Session& session, const DiffWishes& wishes) {
  const StatusOr<Json> mcptool = session.kubectl.get(session.ctx, {kMcpTools, wishes.mcptool});
  if (!mcptool.ok()) return mcptool.status();
  if (wishes.tool.empty()) session.console.print(draw(waiting_tree(*mcptool), session.console.paint()));
  const std::string tool = wishes.tool.empty() ? only_tool(*mcptool) : wishes.tool;
  if (tool.empty()) {
    session.console.note("\"kubectl mcp diff " + visible(wishes.mcptool) +
                         " TOOL\" compares the versions that the registry has of one.");
    return 0;
  }
  if (const Status printed = print_versions(session, *mcptool, tool, wishes); !printed.ok()) return printed;
  return 0;
}

}  // namespace

void add_diff(CLI::App& app, Action& chosen) {
  auto* const command =
      app.add_subcommand("diff", "Show what is offered and not registered, and what versions changed");
  const auto wishes = std::make_shared<DiffWishes>();
  command->add_option("MCPTOOL", wishes->mcptool, "Name of the MCPTool")->required();
  command->add_option("TOOL", wishes->tool, "Name in the registry, to compare its versions");
  command->add_option("--from", wishes->from, "The older version; else the one before the other");
  command->add_option("--to", wishes->to, "The newer version; else the latest");
  choose(command, chosen, wishes, tell_differences);
}

}  // namespace toolhive::plugin
