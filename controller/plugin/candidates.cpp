#include "controller/plugin/candidates.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "controller/plugin/cli.hpp"
#include "controller/plugin/kinds.hpp"

namespace toolhive::plugin {

namespace {

// Somebody waits with the key pressed.
constexpr std::chrono::seconds kLongestWait{3};

struct Place {
  const CLI::App* command;
  std::size_t values;  // words that are neither flags nor commands, before the unfinished one
};

Place place_of(const CLI::App& app, const std::vector<std::string>& words) {
  Place place{&app, 0};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i].starts_with("-")) continue;
    const auto below =
        place.command->get_subcommands([&](const CLI::App* each) { return each->get_name() == words[i]; });
    if (below.empty())
      ++place.values;
    else
      place.command = below.front();
  }
  return place;
}

std::vector<std::string> flags_of(const CLI::App* command) {
  std::vector<std::string> flags;
  for (; command != nullptr; command = command->get_parent())
    for (const CLI::Option* option : command->get_options())
      for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

std::vector<std::string> commands_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* each :
       command.get_subcommands([](const CLI::App* below) { return !below->get_group().empty(); }))
    names.push_back(each->get_name());
  return names;
}

// The objects of which the command takes a name first.
std::vector<std::string> kinds_of(const std::string& command) {
  if (command == "approve" || command == "diff") return {kMcpTools};
  if (command == "status" || command == "hibernate" || command == "export" || command == "import" ||
      command == "backup")
    return {kRegistries};
  if (command == "logs") return {kRegistries, kMcpTools};
  if (command == "restore") return {kBackups};
  return {};
}

std::vector<std::string> names_of(const Session& session, const std::string& kind) {
  const StatusOr<std::string> text = session.kubectl.run(
      session.ctx.with_timeout(kLongestWait),
      {"get", kind, "-o", "go-template={{range .items}}{{.metadata.name}}{{\"\\n\"}}{{end}}"});
  std::vector<std::string> names;
  if (!text.ok()) return names;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    names.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  return names;
}

std::vector<std::string> values_for(const Place& place, const Session& session) {
  const std::string command = place.command->get_name();
  if (command == "hibernate" && place.values == 1) return {"on", "off"};
  if (command == "completion" && place.values == 0) return {"bash", "zsh", "fish"};
  std::vector<std::string> values;
  if (place.values > 0) return values;
  for (const std::string& kind : kinds_of(command))
    for (std::string& name : names_of(session, kind)) values.push_back(std::move(name));
  if (command == "logs") values.emplace_back("operator");
  return values;
}

}  // namespace

std::vector<std::string> candidates(const CLI::App& app, const std::vector<std::string>& words,
                                    const Session& session) {
  const std::string begun = words.empty() ? "" : words.back();
  const Place place = place_of(app, words);
  std::vector<std::string> all = commands_of(*place.command);
  if (begun.starts_with("-"))
    all = flags_of(place.command);
  else if (all.empty())
    all = values_for(place, session);
  std::erase_if(all, [&](const std::string& each) { return !each.starts_with(begun); });
  return all;
}

}  // namespace toolhive::plugin
