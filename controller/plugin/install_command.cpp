#include <memory>

#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/install_manifest.hpp"

namespace toolhive::plugin {

namespace {

StatusOr<int> generate(Session& session, const Installation& wishes) {
  const StatusOr<std::string> manifest = manifest_for(embedded_manifest(), wishes);
  if (!manifest.ok()) return manifest.status();
  session.console.print(*manifest);
  return 0;
}

}  // namespace

void add_install(CLI::App& app, Action& chosen) {
  auto* const command = app.add_subcommand("install", "What installs the operator");
  command->require_subcommand(1);
  auto* const generating = command->add_subcommand(
      "generate", "Print the manifest that \"kubectl apply --server-side -f -\" installs the operator with");
  const auto wishes = std::make_shared<Installation>();
  generating->add_option("-n,--namespace", wishes->ns, "Where it is to run (toolhive-system)");
  generating->add_option("--image-prefix", wishes->image_prefix,
                         "Where the images are, such as registry.example.com/team (localhost)");
  generating->add_option("--tag", wishes->image_tag, "Tag of the images (" TOOLHIVE_VERSION ")");
  choose(generating, chosen, wishes, generate);
}

}  // namespace toolhive::plugin
