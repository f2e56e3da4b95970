#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/api/cached_list.hpp"
#include "registry/api/current_servers.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/views.hpp"

namespace toolhive::registry {
namespace {

using Command = std::vector<std::string>;

std::string text_of(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& list_of(const Json& object, const char* member) {
  static const Json none = Json::array();
  const auto found = object.find(member);
  return found != object.end() && found->is_array() ? *found : none;
}

// As an allowlist has it: a variable of the path may be anything. None where the server itself is
// variable, or where the text would be a pattern that allows more than it says.
std::optional<std::string> url_pattern(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos || url.find('*') != url.npos) return std::nullopt;
  const auto path = std::min(url.find('/', scheme + 3), url.size());
  if (url.substr(0, path).find_first_of("{}") != url.npos) return std::nullopt;
  std::string pattern(url.substr(0, path));
  for (auto rest = url.substr(path); !rest.empty();) {
    const auto open = rest.find('{');
    pattern += rest.substr(0, open);
    if (open == rest.npos) break;
    const auto close = rest.find('}', open);
    if (close == rest.npos) return std::nullopt;
    pattern += '*';
    rest.remove_prefix(close + 1);
  }
  return pattern;
}

// Appends arguments that have one value each. False where a user or a client chooses.
bool append_arguments(const Json& arguments, Command& command) {
  for (const auto& each : arguments) {
    const auto value = text_of(each, "value");
    const bool named = text_of(each, "type") == "named";
    const bool repeated = each.contains("isRepeated") && each["isRepeated"] != false;
    if (repeated || value.find('{') != value.npos || (value.empty() && !named)) return false;
    if (named) command.push_back(text_of(each, "name"));
    if (!value.empty()) command.push_back(value);
  }
  return true;
}

// The package as its program takes it; empty for a kind that is not started by a command.
std::string package_argument(const Json& package) {
  const auto kind = text_of(package, "registryType");
  const auto identifier = text_of(package, "identifier");
  const auto version = text_of(package, "version");
  if (kind == "oci" || version.empty()) return kind == "oci" ? identifier : std::string();
  constexpr std::array<std::string_view, 3> kVersioned = {"npm", "pypi", "nuget"};
  const bool known = std::find(kVersioned.begin(), kVersioned.end(), kind) != kVersioned.end();
  return known ? identifier + "@" + version : std::string();
}

// The command that a package is started with, where its server.json says all of it.
std::optional<Command> command_of(const Json& package) {
  const auto argument = package_argument(package);
  auto program = text_of(package, "runtimeHint");
  if (argument.empty() || program.empty()) return std::nullopt;
  Command command{std::move(program)};
  if (!append_arguments(list_of(package, "runtimeArguments"), command)) return std::nullopt;
  command.push_back(argument);
  if (!append_arguments(list_of(package, "packageArguments"), command)) return std::nullopt;
  return command;
}

void add_allowed(const Json& server, Json& allowed) {
  for (const auto& remote : list_of(server, "remotes")) {
    if (auto pattern = url_pattern(text_of(remote, "url")))
      allowed.push_back({{"serverUrl", *std::move(pattern)}});
  }
  for (const auto& package : list_of(server, "packages")) {
    if (auto command = command_of(package)) allowed.push_back({{"serverCommand", *std::move(command)}});
  }
}

}  // namespace

Response get_managed_settings(const Index& index, const Call& call, ListCache& cache, Budget budget) {
  if (auto query = Query::parse(call.query(), {}); !query) return problem(query.error());
  return make_list(index, call, cache, [&](const auth::Permit* permit) -> Result<std::string> {
    std::string out = "{\"allowedMcpServers\":[";
    bool fits = true;
    const auto visited = visit_current_servers(index, permit, budget, [&](const Json& server) {
      Json allowed = Json::array();
      add_allowed(server, allowed);
      for (const auto& each : allowed) {
        const auto text = each.dump();
        fits = fits && budget.take(text.size());
        if (fits) out += (out.ends_with('[') ? "" : ",") + text;
      }
    });
    if (!visited) return visited.error();
    if (!fits) return too_many_servers();
    return out + "]}";
  });
}

}  // namespace toolhive::registry
