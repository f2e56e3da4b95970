#include "registry/store/tool_rules.hpp"

#include <algorithm>

#include "registry/model/json.hpp"
#include "registry/model/stored_document.hpp"
#include "registry/store/compatibility_rule.hpp"

namespace toolhive::registry {
namespace {

// Which version a definition without one becomes, given what there is under its name.
Result<Version> number(const Tool* tool, const Sha256& digest) {
  if (tool == nullptr) return Version::first();
  if (const auto* latest = tool->latest(); latest != nullptr && latest->digest == digest)
    return latest->version;
  const Version* highest = tool->highest();
  // Of a server whose versions are none: any semantic version comes after them.
  if (!highest->is_semantic()) return Version::first();
  if (tool->latest() == nullptr) {
    const auto* gone = tool->find_retired(highest->text());
    if (gone != nullptr && gone->digest == digest) return gone->version;
  }
  if (auto next = highest->next_minor()) return std::move(*next);
  return conflict("no version comes after " + highest->text() + "; give one", "/version");
}

// Refuses a version that breaks callers of the one before it, or, where the registry numbers it
// itself, makes it one that may.
Result<void> keep_promise(const Tool* tool, const Register& write, Version& version) {
  const auto comparison = compare_with_version_before(tool, write.definition, version, write.compared);
  if (!comparison) return comparison.error();
  if ((*comparison)->total == 0) return {};
  const auto next = tool->highest()->next_series();
  if (write.definition.version || !next) return breach_error(**comparison, write.definition, version);
  version = *next;
  return {};
}

// The same resource, created anew: the entry follows its uid, and keeps its time and status.
Result<std::string> registered_again(const Definition& definition, const Registration& existing) {
  auto document = render_document(definition, existing.version, existing.registered_at);
  auto before = read_status(existing.document);
  if (!before) return before.take_error();
  if (before->changed_at.empty()) return document;
  return with_status(document, before->status, before->changed_at);
}

bool is_held_by(const Tool& tool, const std::optional<ManagedBy>& manager) {
  return std::all_of(tool.live.begin(), tool.live.end(),
                     [&](const auto& each) { return each->manager == manager; });
}

// An entry has one manager: the versions beside `written` are written anew for it.
Result<void> hand_over(const Tool& tool, const std::optional<ManagedBy>& manager, std::string_view written,
                       std::vector<Decision::Change>& changes) {
  std::size_t bytes = 0;
  for (const auto& each : tool.live) {
    if (each->manager == manager || each->version.text() == written) continue;
    bytes += each->document.size();
    if (auto ok = check_rewritten(tool.name, bytes); !ok) return ok;
    auto document = with_manager(each->document, manager);
    if (!document) return document.take_error();
    changes.push_back({Operation::Register, std::move(*document)});
  }
  return {};
}

}  // namespace

Error conflict(std::string detail, std::string field) {
  return {Code::Conflict, std::move(detail), std::move(field)};
}

Result<void> check_manager(const Tool& tool, const std::optional<ManagedBy>& writer, bool withdrawal) {
  const auto& holder = tool.latest()->manager;
  if (!holder && !writer) return {};
  if (!holder) {
    return conflict(
        "the tool " + tool.name + " is not managed by a resource: " + writer->display() +
            " does not replace or withdraw it; use another name, or delete the tool without managedBy first",
        "/managedBy");
  }
  if (!writer) {
    return conflict("the tool " + tool.name + " is managed by " + holder->display() +
                        ": change that resource instead, or name it in managedBy",
                    "/managedBy");
  }
  if (!holder->same_resource(*writer)) {
    return conflict("the tool " + tool.name + " is managed by " + holder->display() + ", not by " +
                        writer->display() + "; use another name",
                    "/managedBy");
  }
  if (withdrawal && !holder->uid.empty() && !writer->uid.empty() && holder->uid != writer->uid) {
    return conflict("the tool " + tool.name + " is managed by a later " + holder->display() + " (uid " +
                        holder->uid + ")",
                    "/managedBy");
  }
  return {};
}

Result<void> check_precondition(const Registration* target, const Precondition& precondition) {
  if (precondition.must_not_exist && target != nullptr) {
    return Error{Code::Precondition, "the tool exists, and If-None-Match: * asks that it does not"};
  }
  if (target == nullptr && (precondition.must_exist || !precondition.one_of.empty())) {
    return Error{
        Code::Precondition,
        "the tool does not exist, and If-Match asks that it does; use If-None-Match: * to create it"};
  }
  const auto& tags = precondition.one_of;
  if (!tags.empty() && std::find(tags.begin(), tags.end(), entity_tag(*target)) == tags.end()) {
    return Error{Code::Precondition, "the tool has changed: its entity tag is now \"" + entity_tag(*target) +
                                         "\"; read it again and repeat the change on what is there"};
  }
  return {};
}

bool is_full(const Tool* tool, std::string_view version, const StoreLimits& limits) {
  return tool != nullptr && tool->live.size() + tool->retired.size() >= limits.versions_per_tool &&
         tool->find_retired(version) == nullptr;
}

Error too_many_versions(const StoreLimits& limits) {
  return {Code::StorageFull,
          "there have been " + std::to_string(limits.versions_per_tool) +
              " versions, all that limits.versionsPerTool of the configuration allows; raise it"};
}

Result<void> check_room(const Index& index, const StoreLimits& limits, const Growth& growth) {
  if (growth.entries > 0 && index.tools() + index.servers() + growth.entries > limits.tools) {
    return Error{Code::StorageFull,
                 "the registry has no room for " + std::to_string(growth.entries) +
                     " more of the tools and servers that limits.tools of its configuration allows; delete "
                     "some or raise it"};
  }
  if (growth.bytes > 0 && index.memory_bytes() + growth.bytes > limits.memory_bytes) {
    return Error{Code::StorageFull,
                 "the registry has no room for " + std::to_string(growth.bytes) +
                     " more of the bytes that limits.memoryBytes of its configuration allows; delete what is "
                     "not needed, or raise it together with the memory of the process"};
  }
  return {};
}

Result<void> check_rewritten(std::string_view name, std::size_t bytes) {
  // Three times that, beside all that limits.memoryBytes allows by default, is less than the memory
  // which a pod of a Registry has by default.
  constexpr std::size_t kMostMebibytes = 24;
  if (bytes <= kMostMebibytes << 20) return {};
  return Error{Code::StorageFull,
               "the versions of " + std::string(name) + " have more than the " +
                   std::to_string(kMostMebibytes) +
                   " MiB that one request writes anew; change them one by one, or withdraw old ones"};
}

std::size_t bytes_of(const std::vector<Decision::Change>& changes) {
  std::size_t bytes = 0;
  for (const auto& change : changes)
    if (change.operation == Operation::Register) bytes += change.payload.size() + kVersionMemory;
  return bytes;
}

void compare_ahead(const Index& index, Register& write) {
  if (write.compatibility == CompatibilityPolicy::None) return;
  const auto& definition = write.definition;
  const Tool* tool = index.find(definition.name);
  const auto version =
      definition.version ? Result<Version>(*definition.version) : number(tool, definition.digest);
  // What is registered already is not compared; and what cannot be, decide() says.
  if (!version || (tool != nullptr && tool->find(version->text()) != nullptr)) return;
  auto comparison = compare_with_version_before(tool, definition, *version, nullptr);
  if (comparison) write.compared = std::move(*comparison);
}

Result<Decision> decide_register(const Index& index, const Register& write, const StoreLimits& limits,
                                 std::string_view now) {
  const auto& definition = write.definition;
  const Tool* tool = index.find(definition.name);
  const Registration* latest = tool == nullptr ? nullptr : tool->latest();
  if (latest != nullptr && !write.force) {
    if (auto ok = check_manager(*tool, definition.manager, false); !ok) return ok.take_error();
  }
  if (auto ok = check_precondition(latest, write.precondition); !ok) return ok.take_error();

  auto version = definition.version ? Result<Version>(*definition.version) : number(tool, definition.digest);
  if (!version) return version.take_error();

  Decision decision;
  if (auto existing = tool == nullptr ? nullptr : tool->find(version->text())) {
    const auto& text = version->text();
    if (existing->digest != definition.digest) {
      return conflict("version " + text + " of " + definition.name +
                          " is registered with other content, and a version never changes; raise the version",
                      "/version");
    }
    if (!is_held_by(*tool, definition.manager)) {
      auto document = registered_again(definition, *existing);
      if (!document) return document.take_error();
      decision.changes.push_back({Operation::Register, std::move(*document)});
      if (auto ok = hand_over(*tool, definition.manager, text, decision.changes); !ok) return ok.take_error();
    }
    decision.existing = std::move(existing);
    return decision;
  }
  if (const auto* gone = tool == nullptr ? nullptr : tool->find_retired(version->text());
      gone != nullptr && gone->digest != definition.digest) {
    return conflict("version " + version->text() + " of " + definition.name +
                        " was registered before with other content and withdrawn, and a version never "
                        "changes; raise the version",
                    "/version");
  }
  // What was registered once comes back as it was.
  const bool comes_back = tool != nullptr && tool->find_retired(version->text()) != nullptr;
  if (write.compatibility == CompatibilityPolicy::Semver && !comes_back) {
    if (auto ok = keep_promise(tool, write, *version); !ok) return ok.take_error();
  }
  const auto& text = version->text();
  if (is_full(tool, text, limits)) return too_many_versions(limits);
  decision.kind = WriteOutcome::Kind::Created;
  decision.new_tool = latest == nullptr;
  decision.changes.push_back({Operation::Register, render_document(definition, *version, now)});
  const Growth growth{decision.new_tool ? 1u : 0u, bytes_of(decision.changes)};
  if (auto ok = check_room(index, limits, growth); !ok) return ok.take_error();
  if (latest != nullptr) {
    if (auto ok = hand_over(*tool, definition.manager, text, decision.changes); !ok) return ok.take_error();
  }
  return decision;
}

Decision::Change removal(Operation operation, std::string_view name,
                         const std::optional<std::string>& version, std::string_view now) {
  std::string payload = "{\"name\":";
  append_json_string(payload, name);
  if (version) {
    payload += ",\"version\":";
    append_json_string(payload, *version);
  }
  payload += operation == Operation::Purge ? ",\"purgedAt\":" : ",\"withdrawnAt\":";
  append_json_string(payload, now);
  payload += '}';
  return {operation, std::move(payload)};
}

Result<Decision> decide_withdraw(const Index& index, const Withdraw& write, std::string_view now) {
  const Tool* tool = index.find(write.name);
  // A purge also takes what was withdrawn before.
  if (tool == nullptr || (tool->latest() == nullptr && !write.purge))
    return Error{Code::NotFound, "no tool is registered as " + write.name};
  if (tool->latest() != nullptr && !write.force) {
    if (auto ok = check_manager(*tool, write.manager, true); !ok) return ok.take_error();
  }
  const bool has_version = !write.version || tool->find(*write.version) != nullptr ||
                           (write.purge && tool->find_retired(*write.version) != nullptr);
  if (!has_version)
    return Error{Code::NotFound, "the tool " + write.name + " has no version " + *write.version};
  const auto one = write.version ? tool->find(*write.version) : nullptr;
  const auto* target = write.version ? one.get() : tool->latest();
  if (auto ok = check_precondition(target, write.precondition); !ok) return ok.take_error();

  Decision decision;
  decision.kind = WriteOutcome::Kind::Withdrawn;
  decision.changes.push_back(
      removal(write.purge ? Operation::Purge : Operation::Withdraw, write.name, write.version, now));
  return decision;
}

}  // namespace toolhive::registry
