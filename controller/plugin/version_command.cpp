#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/operator/label/label_names.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/registry_objects.hpp"
#include "controller/plugin/tree.hpp"

namespace toolhive::plugin {

namespace {

struct VersionWishes {
  bool client = false;
};

Node operator_node(const Json& deployment) {
  return {.name = "operator " + full_name(deployment),
          .text = text_at(deployment, "/spec/template/spec/containers/0/image")};
}

Node registry_version_node(const Json& registry) {
  const std::string version = text_at(registry, "/status/version");
  return {.name = "registry " + full_name(registry), .text = version.empty() ? "not known yet" : version};
}

Status add_found(const Session& session, const Words& words, Node (*make)(const Json&), Node& root) {
  const StatusOr<std::vector<Json>> found = session.kubectl.list(session.ctx, words);
  // Without the operator there is no such kind.
  if (found.status().code() == Code::NotFound) return {};
  if (!found.ok()) return found.status();
  std::transform(found->begin(), found->end(), std::back_inserter(root.children), make);
  return {};
}

StatusOr<int> tell_versions(Session& session, const VersionWishes& wishes) {
  Node root{.name = "kubectl-mcp", .text = TOOLHIVE_VERSION};
  if (!wishes.client) {
    const std::string selector = std::string("--selector=") + kNameLabel + "=" + kOperatorName;
    const Status operators =
        add_found(session, {"deployments.apps", "--all-namespaces", selector}, operator_node, root);
    if (!operators.ok()) return operators;
    const Status registries =
        add_found(session, {kRegistries, "--all-namespaces"}, registry_version_node, root);
    if (!registries.ok()) return registries;
  }
  session.console.print(draw(root, session.console.paint()));
  return 0;
}

}  // namespace

void add_version(CLI::App& app, Action& chosen) {
  auto* const command =
      app.add_subcommand("version", "Versions of this program, the operators and the registries");
  const auto wishes = std::make_shared<VersionWishes>();
  command->add_flag("--client", wishes->client, "Of this program alone: nothing is asked");
  choose(command, chosen, wishes, tell_versions);
}

}  // namespace toolhive::plugin
