#include <memory>

#include "controller/operator/label/label_names.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

struct HibernateWishes {
  std::string registry;
  std::string state;
};

StatusOr<int> hibernate(Session& session, const HibernateWishes& wishes) {
  const bool on = wishes.state == "on";
  const std::string annotation = std::string(kHibernationAnnotation) + (on ? "=on" : "-");
  const StatusOr<std::string> annotated =
      session.kubectl.run(session.ctx, {"annotate", kRegistries, wishes.registry, annotation, "--overwrite"});
  if (!annotated.ok()) return annotated.status();
  session.console.note(visible(wishes.registry) +
                       (on ? " goes to sleep: its pods end, its data stay, and nothing is registered."
                           : " wakes up: \"kubectl mcp status\" shows when it serves."));
  return 0;
}

}  // namespace

void add_hibernate(CLI::App& app, Action& chosen) {
  auto* const command =
      app.add_subcommand("hibernate", "Stop the pods of a registry and keep its data, or start them again");
  const auto wishes = std::make_shared<HibernateWishes>();
  command->add_option("REGISTRY", wishes->registry, "Name of the Registry")->required();
  command->add_option("STATE", wishes->state, "on or off")->required()->check(CLI::IsMember({"on", "off"}));
  choose(command, chosen, wishes, hibernate);
}

}  // namespace toolhive::plugin
