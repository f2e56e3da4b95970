#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/condition.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/registry_objects.hpp"
#include "controller/plugin/status_document.hpp"
#include "controller/plugin/status_tree.hpp"

namespace toolhive::plugin {

namespace {

struct StatusWishes {
  std::string registry;  // empty: each of the namespace
  bool all_namespaces = false;
  std::string output = "tree";
};

StatusOr<std::vector<Json>> wished_registries(const Session& session, const StatusWishes& wishes) {
  if (wishes.registry.empty()) {
    Words words = {kRegistries};
    if (wishes.all_namespaces) words.emplace_back("--all-namespaces");
    return session.kubectl.list(session.ctx, words);
  }
  StatusOr<Json> registry = session.kubectl.get(session.ctx, {kRegistries, wishes.registry});
  if (!registry.ok()) return registry.status();
  return std::vector<Json>{std::move(*registry)};
}

void print_status(Console& console, const std::vector<RegistryObjects>& registries, bool as_json) {
  if (as_json) {
    const Json document = status_document(registries);
    return console.print(document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n");
  }
  for (const RegistryObjects& objects : registries)
    console.print((&objects == registries.data() ? "" : "\n") + draw(status_tree(objects), console.paint()));
}

StatusOr<int> tell_status(Session& session, const StatusWishes& wishes) {
  session.console.progress("reading the registries");
  const StatusOr<std::vector<Json>> registries = wished_registries(session, wishes);
  if (!registries.ok()) return registries.status();
  if (registries->empty() && wishes.output != "json") {
    session.console.note(
        "There is no Registry here; look with --all-namespaces, or apply one "
        "(config/samples/registry.yaml).");
    return 1;
  }
  const std::vector<RegistryObjects> objects = read_objects(session, *registries);
  print_status(session.console, objects, wishes.output == "json");
  const bool ready = std::all_of(objects.begin(), objects.end(), [](const RegistryObjects& each) {
    return condition_of(*each.registry, "Ready").holds();
  });
  return ready && !objects.empty() ? 0 : 1;
}

}  // namespace

void add_status(CLI::App& app, Action& chosen) {
  auto* const command = app.add_subcommand(
      "status", "Show a registry with all that belongs to it; exit code 1 unless it is ready");
  const auto wishes = std::make_shared<StatusWishes>();
  command->add_option("REGISTRY", wishes->registry, "Name of the Registry; else all of the namespace");
  command->add_flag("-A,--all-namespaces", wishes->all_namespaces, "The registries of all namespaces");
  command->add_option("-o,--output", wishes->output, "tree or json")->check(CLI::IsMember({"tree", "json"}));
  choose(command, chosen, wishes, tell_status);
}

}  // namespace toolhive::plugin
