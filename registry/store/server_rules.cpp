#include "registry/store/server_rules.hpp"

#include <algorithm>

#include "registry/store/server_tools.hpp"
#include "registry/store/upstream_rules.hpp"

namespace toolhive::registry {
namespace {

// Whether the version may be written as what is published here, and how it is recorded then.
Result<ServerRecord> record_of_publication(const PutServer& write, const Tool* known,
                                           const Registration* existing, const StoreLimits& limits,
                                           std::string_view now) {
  const auto& server = write.server;
  const std::string time(now);
  ServerRecord record{time, time, time, {}};
  const bool taken_in = existing != nullptr && is_upstream(existing->manager);
  if (write.edit) {
    if (existing == nullptr || existing->lifecycle == Lifecycle::Deleted)
      return Error{Code::NotFound, "no server is published as " + server.name + " " + server.version.text()};
    if (taken_in) return not_published_here(server.name, *existing);
    record = read_server_record(existing->document);
    record.updated_at = now;
  } else if (existing != nullptr && !taken_in) {
    return Error{Code::Conflict,
                 "version " + server.version.text() + " of " + server.name +
                     " is published already, and a version is published once; raise the version",
                 "/version"};
  } else if (existing == nullptr && known != nullptr && known->live.size() >= limits.versions_per_tool) {
    return too_many_versions(limits);
  }
  return record;
}

}  // namespace

Result<Decision> decide_server(const Index& index, const PutServer& write, const StoreLimits& limits,
                               std::string_view now) {
  if (write.word) return decide_taken_in(index, write, limits, now);
  const auto& server = write.server;
  const Tool* known = index.find(server.name);
  const auto existing = known == nullptr ? nullptr : known->find(server.version.text());
  const auto record = record_of_publication(write, known, existing.get(), limits, now);
  if (!record) return record.error();

  Decision decision;
  decision.kind = existing ? WriteOutcome::Kind::Changed : WriteOutcome::Kind::Created;
  decision.new_tool = known == nullptr;
  decision.changes.push_back({Operation::Register, render_server_document(server, *record)});
  std::size_t freed = existing ? existing->document.size() + kVersionMemory : 0;
  if (known != nullptr) freed += give_up_taken_in(*known, existing.get(), now, decision);
  const std::size_t bytes = bytes_of(decision.changes);
  const Growth growth{decision.new_tool ? 1u : 0u, bytes > freed ? bytes - freed : 0};
  if (auto ok = check_room(index, limits, growth); !ok) return ok.take_error();
  const ServerRank rank{false, &server.version, write.edit ? existing->registered_at : now};
  const bool is_latest =
      known == nullptr || std::none_of(known->live.begin(), known->live.end(), [&](const auto& other) {
        return other != existing && !is_upstream(other->manager) && is_later(rank_of(*other), rank);
      });
  if (!is_latest) return decision;
  const ServerTerms terms{index, limits, now, write.may_write, true};
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

std::vector<Definition> tools_after(const Tool& server,
                                    const std::vector<std::shared_ptr<const Registration>>& changed,
                                    bool deleted) {
  const Registration* latest = nullptr;
  ServerRank highest{true, nullptr, {}};
  for (const auto& each : server.live) {
    auto rank = rank_of(*each);
    if (std::find(changed.begin(), changed.end(), each) != changed.end()) rank.deleted = deleted;
    if (rank.deleted || (latest != nullptr && !is_later(rank, highest))) continue;
    latest = each.get();
    highest = rank;
  }
  return latest == nullptr ? std::vector<Definition>() : tools_in(*latest);
}

Result<void> follow_status(const Index& index, const Tool& server,
                           const std::vector<std::shared_ptr<const Registration>>& changed,
                           const SetStatus& write, const StoreLimits& limits, std::string_view now,
                           Decision& decision) {
  const bool deleted = write.status.lifecycle == Lifecycle::Deleted;
  if (std::all_of(changed.begin(), changed.end(),
                  [&](const auto& each) { return (each->lifecycle == Lifecycle::Deleted) == deleted; }))
    return {};
  const ServerTerms terms{index, limits, now, write.may_write, false, write.naming};
  const auto wanted = tools_after(server, changed, deleted);
  return set_tools(terms, server.name, registrations_of(wanted, CompatibilityPolicy::None), {}, decision);
}

}  // namespace toolhive::registry
