#include "registry/store/upstream_rules.hpp"

#include <algorithm>

#include "registry/store/server_rules.hpp"
#include "registry/store/server_tools.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kPublishedHere = "it is published in this registry itself now";

// What is left is for those who publish here.
StoreLimits limits_of_upstreams(StoreLimits limits) {
  limits.tools -= limits.tools / 4;
  limits.memory_bytes -= limits.memory_bytes / 4;
  return limits;
}

// Whether the name is the upstream's to write.
Result<void> check_holder(const Tool& server, const ManagedBy& upstream) {
  for (const auto& each : server.live) {
    if (!each->manager) {
      return conflict("the server " + server.name +
                      " is published in this registry itself, which has precedence; exclude it from the "
                      "upstream " +
                      upstream.name);
    }
    if (!each->manager->same_resource(upstream) && each->lifecycle != Lifecycle::Deleted) {
      return conflict("the server " + server.name + " is taken in from the upstream " + each->manager->name +
                      " already; exclude it from one of the two");
    }
  }
  return {};
}

bool says_the_same(const Registration& existing, const PutServer& write) {
  if (existing.digest != write.server.digest) return false;
  const auto record = read_server_record(existing.document);
  return record.status == write.word->status && record.origin == write.word->origin;
}

// The tools that the server has once the version is written.
std::vector<Register> tools_once_written(const PutServer& write, const Tool* known,
                                         const std::shared_ptr<const Registration>& existing,
                                         std::string_view now, bool& is_latest) {
  const bool deleted = write.word->status.lifecycle == Lifecycle::Deleted;
  const ServerRank rank{deleted, &write.server.version, existing ? existing->registered_at : now};
  is_latest = !deleted && (known == nullptr ||
                           std::none_of(known->live.begin(), known->live.end(), [&](const auto& other) {
                             return other != existing && is_later(rank_of(*other), rank);
                           }));
  if (!is_latest && !existing) return {};
  if (!is_latest)
    return registrations_of(tools_after(*known, {existing}, deleted), CompatibilityPolicy::None);
  auto tools = registrations_of(write.server.tools, write.compatibility);
  for (std::size_t i = 0; i < write.compared.size(); ++i) tools[i].compared = write.compared[i];
  return tools;
}

}  // namespace

Result<Decision> decide_taken_in(const Index& index, const PutServer& write, const StoreLimits& limits,
                                 std::string_view now) {
  const auto& server = write.server;
  const auto& word = *write.word;
  const Tool* known = index.find(server.name);
  const auto existing = known == nullptr ? nullptr : known->find(server.version.text());
  if (known != nullptr) {
    if (auto ok = check_holder(*known, upstream_as_manager(word.origin.upstream)); !ok)
      return ok.take_error();
  }
  Decision decision;
  decision.existing = existing;
  const bool deleted = word.status.lifecycle == Lifecycle::Deleted;
  // What is deleted upstream before it was seen here has nobody to be told.
  if (existing ? says_the_same(*existing, write) : deleted) return decision;
  if (!existing && known != nullptr && known->live.size() >= limits.versions_per_tool)
    return too_many_versions(limits);

  const std::string time(now);
  ServerRecord record{time, time, time, word.status, word.origin};
  if (existing) {
    const auto before = read_server_record(existing->document);
    record.published_at = before.published_at;
    if (before.status.lifecycle == word.status.lifecycle) record.status_changed_at = before.status_changed_at;
  }
  decision.kind = existing ? WriteOutcome::Kind::Changed : WriteOutcome::Kind::Created;
  decision.new_tool = known == nullptr;
  decision.changes.push_back({Operation::Register, render_server_document(server, record)});
  const auto narrower = limits_of_upstreams(limits);
  const std::size_t freed = existing ? existing->document.size() + kVersionMemory : 0;
  const std::size_t bytes = bytes_of(decision.changes);
  const Growth growth{decision.new_tool ? 1u : 0u, bytes > freed ? bytes - freed : 0};
  if (auto ok = check_room(index, narrower, growth); !ok) return ok.take_error();

  bool is_latest = false;
  const auto wanted = tools_once_written(write, known, existing, now, is_latest);
  if (!is_latest && !existing) return decision;
  const ServerTerms terms{index, narrower, now, write.may_write, is_latest};
  if (auto ok = set_tools(terms, server.name, wanted, growth, decision); !ok) return ok.take_error();
  return decision;
}

Error not_published_here(const std::string& server, const Registration& version) {
  return conflict("the server " + server + " is taken in from the upstream " + version.manager->name +
                  ", which alone changes it: publish a version here, which takes the name over, or exclude "
                  "it in the configuration of the upstream");
}

std::size_t give_up_taken_in(const Tool& server, const Registration* replaced, std::string_view now,
                             Decision& decision) {
  std::size_t freed = 0;
  for (const auto& each : server.live) {
    if (each.get() == replaced || !is_upstream(each->manager) || each->lifecycle == Lifecycle::Deleted)
      continue;
    freed += each->document.size() + kVersionMemory;
    // However much an upstream has under a name, it keeps nobody from publishing there.
    if (!check_rewritten(server.name, freed)) {
      decision.changes.push_back(removal(Operation::Withdraw, server.name, each->version.text(), now));
      continue;
    }
    auto record = read_server_record(each->document);
    record.updated_at = now;
    record.status_changed_at = now;
    record.status = {Lifecycle::Deleted, std::string(kPublishedHere), {}};
    decision.changes.push_back(
        {Operation::Register,
         render_server_document(
             {server.name, each->version, each->digest, std::string(server_json(each->document)), {}},
             record)});
  }
  return freed;
}

Result<std::vector<std::shared_ptr<const Registration>>> versions_held_by(
    const std::string& server, std::vector<std::shared_ptr<const Registration>> versions,
    const std::optional<ManagedBy>& writer) {
  const auto other = std::find_if(versions.begin(), versions.end(),
                                  [&](const auto& each) { return each->manager != writer; });
  if (other == versions.end()) return versions;
  auto refused = *other;  // its place is gone in a moment
  std::erase_if(versions, [&](const auto& each) { return each->manager != writer; });
  if (!versions.empty()) return versions;
  if (refused->manager) return not_published_here(server, *refused);
  return conflict("the server " + server + " is published in this registry itself");
}

}  // namespace toolhive::registry
