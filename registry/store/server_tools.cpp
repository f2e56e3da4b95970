#include "registry/store/server_tools.hpp"

#include <algorithm>

#include "registry/model/server_parse.hpp"

namespace toolhive::registry {
namespace {

Result<void> check_right(const ServerTerms& terms, const std::string& server, const std::string& tool) {
  if (!terms.may_write || terms.may_write(tool)) return {};
  return Error{Code::Forbidden,
               "there is no right to write " + tool + ", which is a tool of the server " + server};
}

// A version of a tool comes after another one as in Tool::live.
void withdraw_above(const Tool& tool, const Version& version, std::string_view now, Decision& decision) {
  for (const auto& each : tool.live) {
    if (each->version.text() == version.text()) return;
    const auto order = each->version.precedence(version);
    if (order < 0 || (order == 0 && tool.find(version.text()) == nullptr)) return;
    decision.changes.push_back(removal(Operation::Withdraw, tool.name, each->version.text(), now));
  }
}

// Withdraws what the server brought and `wanted` has not.
Result<void> withdraw_others(const ServerTerms& terms, const std::string& server,
                             const std::vector<Register>& wanted, Decision& decision) {
  const auto manager = server_as_manager(server);
  const auto prefix = server_tool_name(server, "");
  Result<void> outcome;
  terms.index.visit_after(prefix, [&](const std::shared_ptr<const Tool>& tool) {
    if (!tool->name.starts_with(prefix)) return false;
    const auto& holder = tool->latest()->manager;
    const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const Register& other) {
      return other.definition.name == tool->name;
    });
    if (stays || !holder || !holder->same_resource(manager)) return true;
    outcome = check_right(terms, server, tool->name);
    decision.changes.push_back(removal(Operation::Withdraw, tool->name, std::nullopt, terms.now));
    decision.tools.push_back(tool->name);
    return outcome.ok();
  });
  return outcome;
}

// `growth`: what the write adds before it, and then with it.
Result<Decision> register_tool(const ServerTerms& terms, const Register& write, Growth& growth) {
  auto registered = decide_register(terms.index, write, terms.limits, terms.now);
  if (!registered || registered->kind != WriteOutcome::Kind::Created) return registered;
  // It was looked at as if it were the only one.
  const Growth all{growth.entries + (registered->new_tool ? 1 : 0),
                   growth.bytes + bytes_of(registered->changes)};
  if (auto ok = check_room(terms.index, terms.limits, all); !ok) return ok.take_error();
  growth = all;
  return registered;
}

}  // namespace

std::vector<Register> registrations_of(const std::vector<Definition>& tools,
                                       CompatibilityPolicy compatibility) {
  std::vector<Register> out;
  for (const auto& definition : tools) out.push_back({definition, {}, false, compatibility});
  return out;
}

Result<void> set_tools(const ServerTerms& terms, const std::string& server,
                       const std::vector<Register>& wanted, Growth growth, Decision& decision) {
  for (const auto& write : wanted) {
    const auto& definition = write.definition;
    if (auto ok = check_right(terms, server, definition.name); !ok) return ok;
    // Of a publication it was checked before.
    if (!terms.strict && !terms.naming.check(definition.name)) continue;
    auto registered = register_tool(terms, write, growth);
    if (!registered && terms.strict) return registered.take_error();
    if (!registered) continue;
    const auto before = decision.changes.size();
    for (auto& change : registered->changes) decision.changes.push_back(std::move(change));
    if (const Tool* tool = terms.index.find(definition.name))
      withdraw_above(*tool, *definition.version, terms.now, decision);
    if (decision.changes.size() > before) decision.tools.push_back(definition.name);
  }
  return withdraw_others(terms, server, wanted, decision);
}

std::vector<Definition> tools_in(const Registration& version) {
  auto server = read_server(server_json(version.document));
  return server ? std::move(server->tools) : std::vector<Definition>();
}

}  // namespace toolhive::registry
