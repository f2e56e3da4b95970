#include "registry/upstream/intake.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/time.hpp"
#include "controller/base/utf8.hpp"
#include "registry/model/server_parse.hpp"
#include "registry/store/carry_out.hpp"

namespace toolhive::registry::upstream {
namespace {

// Few enough that a write of somebody else waits for milliseconds.
constexpr std::size_t kBatch = 32;
constexpr std::size_t kReasonsKept = 20;
constexpr std::size_t kReasonBytes = 300;

// Calls `visit(name, registration)` for versions that were taken in from any upstream and are not
// deleted.
template <class Visit>
void visit_taken_in(const Index& index, Visit visit) {
  index.visit_servers("", [&](const Tool& server) {
    for (const auto& each : server.live) {
      if (is_upstream(each->manager) && each->lifecycle != Lifecycle::Deleted) visit(server.name, *each);
    }
    return true;
  });
}

Write deletion(const std::string& server, const Registration& version, std::string why) {
  SetStatus write;
  write.name = server;
  write.version = version.version.text();
  write.status = {Lifecycle::Deleted, std::move(why), {}};
  write.manager = version.manager;
  return write;
}

// What the operator of another cluster saw is not seen here.
Result<ServerDefinition> without_observed(ServerDefinition server, const ToolPolicy& policy) {
  if (server.json.find(kObservedMeta) == std::string::npos) return server;
  auto json = parse_stored_json(server.json);
  if (!json) return json.take_error();
  if (const auto meta = json->find("_meta"); meta != json->end()) meta->erase(std::string(kObservedMeta));
  return parse_server(json->dump(), policy);
}

bool is_of_storage(const Error& error) {
  return error.code == Code::Unavailable || error.code == Code::ReadOnly || error.code == Code::StorageFull;
}

}  // namespace

Intake::Intake(const UpstreamSettings& settings, IntakeRules rules, Store& store, Clock& clock)
    : settings_(settings),
      rules_(rules),
      store_(store),
      clock_(clock),
      manager_(upstream_as_manager(settings.name)) {}

Result<void> Intake::take(const std::vector<ListedVersion>& listed) {
  for (const auto& each : listed) {
    listed_.insert(key_of(each));
    if (!settings_.names.check(each.name)) continue;
    const auto label = each.name + " " + each.version;
    auto write = write_of(each);
    if (!write) {
      refuse(label, write.error());
      continue;
    }
    if (auto ok = add(std::move(*write), label); !ok) return ok;
  }
  return flush();
}

Result<void> Intake::mark_missing() {
  const auto index = store_.snapshot();
  std::vector<Write> writes;
  visit_taken_in(*index, [&](const std::string& name, const Registration& version) {
    if (!version.manager->same_resource(manager_)) return;
    const bool wanted = settings_.names.check(name).ok();
    if (wanted && listed_.contains(key_of(name, version.version.text()))) return;
    writes.push_back(deletion(name, version,
                              wanted ? "the upstream " + settings_.name + " does not list it any more"
                                     : "it is not taken in from the upstream " + settings_.name +
                                           " any more, as its include and exclude say"));
  });
  for (auto& write : writes) {
    const auto label = name_of(write);
    if (auto ok = add(std::move(write), label); !ok) return ok;
  }
  return flush();
}

Result<Write> Intake::write_of(const ListedVersion& listed) const {
  auto server = parse_server(listed.server, rules_.policy);
  if (server) server = without_observed(std::move(*server), rules_.policy);
  if (!server) return server.take_error();
  PutServer write{std::move(*server), false, {}, rules_.policy.compatibility};
  write.word =
      UpstreamWord{{settings_.name, settings_.url, listed.published_at, listed.updated_at}, listed.status};
  return Write(std::move(write));
}

// Most of what is listed is there already: that is found out here, and costs the store nothing.
Result<void> Intake::add(Write write, std::string label) {
  const auto index = store_.snapshot();
  compare_ahead(*index, write);
  const auto decision = decide(*index, write, rules_.limits, to_rfc3339_micro(clock_.wall()));
  if (!decision) {
    refuse(label, decision.error());
    return {};
  }
  if (decision->changes.empty()) return {};
  batch_.push_back(std::move(write));
  labels_.push_back(std::move(label));
  return batch_.size() < kBatch ? Result<void>() : flush();
}

Result<void> Intake::flush() {
  if (batch_.empty()) return {};
  const auto labels = std::exchange(labels_, {});
  const auto writes = std::exchange(batch_, {});
  const auto outcomes = carry_out(store_, writes);
  Result<void> done;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i])
      count(*outcomes[i], std::holds_alternative<SetStatus>(writes[i]));
    else if (is_of_storage(outcomes[i].error()) && !has_no_room(writes[i]))
      done = Error{outcomes[i].error().code, "nothing can be stored now: " + outcomes[i].error().detail};
    else
      refuse(labels[i], outcomes[i].error());
  }
  return done;
}

// Whether it is the limits that have no room, rather than the disk: what came before it in its
// batch may have had the last of it.
bool Intake::has_no_room(const Write& write) const {
  const auto decision = decide(*store_.snapshot(), write, rules_.limits, to_rfc3339_micro(clock_.wall()));
  return !decision && decision.error().code == Code::StorageFull;
}

void Intake::count(const WriteOutcome& outcome, bool marking) {
  if (outcome.kind == WriteOutcome::Kind::Created) ++counts_.created;
  if (outcome.kind == WriteOutcome::Kind::Changed) ++(marking ? counts_.marked : counts_.changed);
}

void Intake::refuse(const std::string& label, const Error& error) {
  auto& counted = error.code == Code::Conflict      ? counts_.conflicts
                  : error.code == Code::StorageFull ? counts_.no_room
                                                    : counts_.refused;
  ++counted;
  if (reasons_.size() == kReasonsKept) return;
  reasons_.push_back(
      shortened(label + ": " + (error.field.empty() ? "" : error.field + ": ") + error.detail, kReasonBytes));
}

bool has_forgotten(const std::vector<std::string>& names, const Index& index) {
  bool found = false;
  visit_taken_in(index, [&](const std::string&, const Registration& version) {
    found = found || std::find(names.begin(), names.end(), version.manager->name) == names.end();
  });
  return found;
}

Result<void> mark_forgotten(const std::vector<std::string>& names, Store& store) {
  const auto index = store.snapshot();
  std::vector<Write> writes;
  visit_taken_in(*index, [&](const std::string& name, const Registration& version) {
    const auto& upstream = version.manager->name;
    if (std::find(names.begin(), names.end(), upstream) != names.end()) return;
    writes.push_back(deletion(name, version, "the upstream " + upstream + " is not configured any more"));
  });
  for (std::size_t begin = 0; begin < writes.size(); begin += kBatch) {
    const auto end = std::min(begin + kBatch, writes.size());
    for (const auto& outcome :
         carry_out(store, {std::make_move_iterator(writes.begin() + static_cast<std::ptrdiff_t>(begin)),
                           std::make_move_iterator(writes.begin() + static_cast<std::ptrdiff_t>(end))})) {
      if (!outcome && is_of_storage(outcome.error())) return outcome.error();
    }
  }
  return {};
}

std::size_t versions_held(const Index& index, const std::string& upstream) {
  std::size_t held = 0;
  visit_taken_in(index, [&](const std::string&, const Registration& version) {
    if (version.manager->name == upstream) ++held;
  });
  return held;
}

}  // namespace toolhive::registry::upstream
