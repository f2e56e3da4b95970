#include "registry/store/server_rules.hpp"

#include <algorithm>

#include "registry/model/server_parse.hpp"
#include "registry/store/tool_rules.hpp"

namespace toolhive::registry {
namespace {

// What a write has to know beside what it is about.
struct Terms {
  const Index& index;
  const StoreLimits& limits;
  std::string_view now;
  const MayWrite& may_write;
  // What keeps a tool of a publication from being registered is the publisher's to mend; a version
  // that is the latest again comes without such a tool, also when it may not have its name any
  // more.
  bool strict;
  NamingPolicy naming = {};
};

// The tools of a server as writes of their own.
std::vector<Register> registrations_of(const std::vector<Definition>& tools,
                                       CompatibilityPolicy compatibility) {
  std::vector<Register> out;
  for (const auto& definition : tools) out.push_back({definition, {}, false, compatibility});
  return out;
}

Result<void> check_right(const Terms& terms, const std::string& server, const std::string& tool) {
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
Result<void> withdraw_others(const Terms& terms, const std::string& server,
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
Result<Decision> register_tool(const Terms& terms, const Register& write, Growth& growth) {
  auto registered = decide_register(terms.index, write, terms.limits, terms.now);
  if (!registered || registered->kind != WriteOutcome::Kind::Created) return registered;
  // It was looked at as if it were the only one.
  const Growth all{growth.entries + (registered->new_tool ? 1 : 0),
                   growth.bytes + bytes_of(registered->changes)};
  if (auto ok = check_room(terms.index, terms.limits, all); !ok) return ok.take_error();
  growth = all;
  return registered;
}

// Makes `wanted` the tools of the server, each in its version and no higher one.
Result<void> set_tools(const Terms& terms, const std::string& server, const std::vector<Register>& wanted,
                       Growth growth, Decision& decision) {
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

// The tools in the stored document of a server's version, which were checked when it came.
std::vector<Definition> tools_in(const Registration& version) {
  auto server = read_server(server_json(version.document));
  return server ? std::move(server->tools) : std::vector<Definition>();
}

}  // namespace

Result<Decision> decide_server(const Index& index, const PutServer& write, const StoreLimits& limits,
                               std::string_view now) {
  const auto& server = write.server;
  const Tool* known = index.find(server.name);
  const auto existing = known == nullptr ? nullptr : known->find(server.version.text());
  const std::string time(now);
  ServerRecord record{time, time, time, {}};
  if (write.edit) {
    if (existing == nullptr || existing->lifecycle == Lifecycle::Deleted)
      return Error{Code::NotFound, "no server is published as " + server.name + " " + server.version.text()};
    record = read_server_record(existing->document);
    record.updated_at = now;
  } else if (existing != nullptr) {
    return Error{Code::Conflict,
                 "version " + server.version.text() + " of " + server.name +
                     " is published already, and a version is published once; raise the version",
                 "/version"};
  } else if (known != nullptr && known->live.size() >= limits.versions_per_tool) {
    return too_many_versions(limits);
  }

  Decision decision;
  decision.kind = write.edit ? WriteOutcome::Kind::Changed : WriteOutcome::Kind::Created;
  decision.new_tool = known == nullptr;
  decision.changes.push_back({Operation::Register, render_server_document(server, record)});
  const std::size_t freed = existing ? existing->document.size() + kVersionMemory : 0;
  const std::size_t bytes = bytes_of(decision.changes);
  const Growth growth{decision.new_tool ? 1u : 0u, bytes > freed ? bytes - freed : 0};
  if (auto ok = check_room(index, limits, growth); !ok) return ok.take_error();
  const ServerRank rank{false, &server.version, existing ? existing->registered_at : time};
  const bool is_latest =
      known == nullptr || std::none_of(known->live.begin(), known->live.end(), [&](const auto& other) {
        return other != existing && is_later(rank_of(*other), rank);
      });
  if (!is_latest) return decision;
  const Terms terms{index, limits, now, write.may_write, true};
  auto tools = registrations_of(server.tools, write.compatibility);
  for (std::size_t i = 0; i < write.compared.size(); ++i) tools[i].compared = write.compared[i];
  if (auto ok = set_tools(terms, server.name, tools, growth, decision); !ok) return ok.take_error();
  return decision;
}

void compare_ahead(const Index& index, PutServer& write) {
  if (write.compatibility == CompatibilityPolicy::None) return;
  auto tools = registrations_of(write.server.tools, write.compatibility);
  for (auto& tool : tools) {
    compare_ahead(index, tool);
    write.compared.push_back(std::move(tool.compared));
  }
}

Result<void> follow_status(const Index& index, const Tool& server,
                           const std::vector<std::shared_ptr<const Registration>>& changed,
                           const SetStatus& write, const StoreLimits& limits, std::string_view now,
                           Decision& decision) {
  const bool deleted = write.status.lifecycle == Lifecycle::Deleted;
  if (std::all_of(changed.begin(), changed.end(),
                  [&](const auto& each) { return (each->lifecycle == Lifecycle::Deleted) == deleted; }))
    return {};
  const Registration* latest = nullptr;
  ServerRank highest{true, nullptr, {}};
  for (const auto& each : server.live) {
    auto rank = rank_of(*each);
    if (std::find(changed.begin(), changed.end(), each) != changed.end()) rank.deleted = deleted;
    if (rank.deleted || (latest != nullptr && !is_later(rank, highest))) continue;
    latest = each.get();
    highest = rank;
  }
  const Terms terms{index, limits, now, write.may_write, false, write.naming};
  const auto wanted = latest == nullptr ? std::vector<Definition>() : tools_in(*latest);
  return set_tools(terms, server.name, registrations_of(wanted, CompatibilityPolicy::None), {}, decision);
}

}  // namespace toolhive::registry
