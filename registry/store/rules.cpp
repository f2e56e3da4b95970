#include "registry/store/rules.hpp"

#include <algorithm>

#include "registry/model/json.hpp"

namespace registry {
namespace {

Error conflict(std::string detail, std::string field = {}) {
  return {Code::Conflict, std::move(detail), std::move(field)};
}

Result<void> check_manager(const Tool& tool, const std::optional<Manager>& writer, bool withdrawal) {
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

Result<void> check_precondition(const Registration* latest, const Precondition& precondition) {
  if (precondition.must_not_exist && latest != nullptr) {
    return Error{Code::Precondition, "the tool exists, and If-None-Match: * asks that it does not"};
  }
  if (latest == nullptr && (precondition.must_exist || !precondition.one_of.empty())) {
    return Error{
        Code::Precondition,
        "the tool does not exist, and If-Match asks that it does; use If-None-Match: * to create it"};
  }
  const auto& tags = precondition.one_of;
  if (!tags.empty() && std::find(tags.begin(), tags.end(), entity_tag(*latest)) == tags.end()) {
    return Error{Code::Precondition, "the tool has changed: its entity tag is now \"" + entity_tag(*latest) +
                                         "\"; read it again and repeat the change on what is there"};
  }
  return {};
}

/// Which version a definition without one becomes, given what there is under its name.
Result<Version> number(const Tool* tool, const Sha256& digest) {
  if (tool == nullptr) return Version::first();
  if (const auto* latest = tool->latest(); latest != nullptr && latest->digest == digest)
    return latest->version;
  const Version* highest = tool->highest();
  if (tool->latest() == nullptr) {
    const auto* gone = tool->find_retired(highest->text());
    if (gone != nullptr && gone->digest == digest) return gone->version;
  }
  if (auto next = highest->next_minor()) return std::move(*next);
  return conflict("no version comes after " + highest->text() + "; give one", "/version");
}

Result<Decision> decide_register(const Index& index, const Register& write, const StoreLimits& limits,
                                 std::string_view now) {
  const auto& definition = write.definition;
  const Tool* tool = index.find(definition.name);
  const Registration* latest = tool == nullptr ? nullptr : tool->latest();
  if (latest != nullptr) {
    if (auto ok = check_manager(*tool, definition.manager, false); !ok) return ok.take_error();
  }
  if (auto ok = check_precondition(latest, write.precondition); !ok) return ok.take_error();

  auto version = definition.version ? Result<Version>(*definition.version) : number(tool, definition.digest);
  if (!version) return version.take_error();
  const auto& text = version->text();

  Decision decision;
  if (auto existing = tool == nullptr ? nullptr : tool->find(text)) {
    if (existing->digest != definition.digest) {
      return conflict("version " + text + " of " + definition.name +
                          " is registered with other content, and a version never changes; raise the version",
                      "/version");
    }
    if (existing->manager != definition.manager) {
      // The same resource, created anew: the entry follows its uid, and keeps its time.
      decision.change = {Operation::Register, render_document(definition, *version, existing->registered_at)};
    }
    decision.existing = std::move(existing);
    return decision;
  }
  if (const auto* gone = tool == nullptr ? nullptr : tool->find_retired(text);
      gone != nullptr && gone->digest != definition.digest) {
    return conflict("version " + text + " of " + definition.name +
                        " was registered before with other content and withdrawn, and a version never "
                        "changes; raise the version",
                    "/version");
  }
  if (latest == nullptr && index.tools() >= limits.tools) {
    return Error{Code::StorageFull,
                 "the registry holds " + std::to_string(index.tools()) +
                     " tools, all that limits.tools of its configuration allows; delete some or raise it"};
  }
  if (tool != nullptr && tool->live.size() + tool->retired.size() >= limits.versions_per_tool) {
    return Error{Code::StorageFull,
                 "the tool has had " + std::to_string(limits.versions_per_tool) +
                     " versions, all that limits.versionsPerTool of the configuration allows; raise it"};
  }
  decision.kind = WriteOutcome::Kind::Created;
  decision.new_tool = latest == nullptr;
  decision.change = {Operation::Register, render_document(definition, *version, now)};
  return decision;
}

Result<Decision> decide_withdraw(const Index& index, const Withdraw& write, std::string_view now) {
  const Tool* tool = index.find(write.name);
  if (tool == nullptr || tool->latest() == nullptr)
    return Error{Code::NotFound, "no tool is registered as " + write.name};
  if (auto ok = check_manager(*tool, write.manager, true); !ok) return ok.take_error();
  if (write.version && tool->find(*write.version) == nullptr) {
    return Error{Code::NotFound, "the tool " + write.name + " has no version " + *write.version};
  }
  if (auto ok = check_precondition(tool->latest(), write.precondition); !ok) return ok.take_error();

  Decision decision;
  decision.kind = WriteOutcome::Kind::Withdrawn;
  std::string payload = "{\"name\":";
  append_json_string(payload, write.name);
  if (write.version) {
    payload += ",\"version\":";
    append_json_string(payload, *write.version);
  }
  payload += ",\"withdrawnAt\":";
  append_json_string(payload, now);
  payload += '}';
  decision.change = {Operation::Withdraw, std::move(payload)};
  return decision;
}

}  // namespace

std::string entity_tag(const Registration& registration) {
  return to_hex(registration.checksum, 16);
}

Result<Decision> decide(const Index& index, const Write& write, const StoreLimits& limits,
                        std::string_view now) {
  if (const auto* registration = std::get_if<Register>(&write))
    return decide_register(index, *registration, limits, now);
  return decide_withdraw(index, std::get<Withdraw>(write), now);
}

}  // namespace registry
