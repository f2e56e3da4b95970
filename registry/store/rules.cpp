#include "registry/store/rules.hpp"

#include <algorithm>

#include "registry/model/json.hpp"
#include "registry/model/stored_status.hpp"

namespace toolhive::registry {
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

// `target` is what the request's URL names: the tool's latest version, or one of its versions.
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

// Whether there is no room for a version more. One that was withdrawn has its room still.
bool is_full(const Tool* tool, std::string_view version, const StoreLimits& limits) {
  return tool != nullptr && tool->live.size() + tool->retired.size() >= limits.versions_per_tool &&
         tool->find_retired(version) == nullptr;
}

Error too_many_versions(const StoreLimits& limits) {
  return {Code::StorageFull,
          "there have been " + std::to_string(limits.versions_per_tool) +
              " versions, all that limits.versionsPerTool of the configuration allows; raise it"};
}

// Whether there is room for so many tools and servers more.
Result<void> check_room(const Index& index, const StoreLimits& limits, std::size_t more = 1) {
  if (more == 0 || index.tools() + index.servers() + more <= limits.tools) return {};
  return Error{
      Code::StorageFull,
      "the registry holds " + std::to_string(index.tools() + index.servers()) +
          " tools and servers and has no room for " + std::to_string(more) +
          " more: limits.tools of its configuration allows " + std::to_string(limits.tools) +
          "; delete some or raise it"};
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
      auto document = render_document(definition, *version, existing->registered_at);
      auto before = read_status(existing->document);
      if (!before) return before.take_error();
      if (!before->changed_at.empty()) {
        auto changed = with_status(document, before->status, before->changed_at);
        if (!changed) return changed.take_error();
        document = std::move(*changed);
      }
      decision.changes.push_back({Operation::Register, std::move(document)});
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
  if (latest == nullptr) {
    if (auto ok = check_room(index, limits); !ok) return ok.take_error();
  }
  if (is_full(tool, text, limits)) return too_many_versions(limits);
  decision.kind = WriteOutcome::Kind::Created;
  decision.new_tool = latest == nullptr;
  decision.changes.push_back({Operation::Register, render_document(definition, *version, now)});
  return decision;
}

/// The record that a tool or a version of it was withdrawn or purged.
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

/// Who manages the tools that a server brings.
Manager manager_of(std::string_view server) {
  const auto slash = server.find('/');
  return {"Server", std::string(server.substr(0, slash)), std::string(server.substr(slash + 1)), ""};
}

/// What it takes to withdraw the tools that a server brought, but for some.
void withdraw_tools_of(const Index& index, std::string_view server, const std::vector<Definition>& but,
                       std::string_view now, std::vector<Decision::Change>& changes) {
  const auto manager = manager_of(server);
  const auto prefix = manager.namespace_ + "." + manager.name + ".";
  index.visit_after(prefix, [&](const std::shared_ptr<const Tool>& tool) {
    if (!tool->name.starts_with(prefix)) return false;
    const auto& holder = tool->latest()->manager;
    const bool stays =
        std::any_of(but.begin(), but.end(), [&](const auto& other) { return other.name == tool->name; });
    if (!stays && holder && holder->same_resource(manager))
      changes.push_back(removal(Operation::Withdraw, tool->name, std::nullopt, now));
    return true;
  });
}

/// The document of a tool's version with another status. Empty when it has that status.
Result<std::string> tool_with_status(const Registration& version, const SetStatus& write,
                                     std::string_view now) {
  if (version.lifecycle == write.status.lifecycle) {
    auto before = read_status(version.document);
    if (!before) return before.take_error();
    if (before->status == write.status) return std::string();
  }
  return with_status(version.document, write.status, now);
}

/// The same of a server's version.
Result<std::string> server_with_status(const Registration& version, const SetStatus& write,
                                       std::string_view now) {
  auto record = read_server_record(version.document);
  if (record.status == write.status) return std::string();
  record.updated_at = now;
  if (record.status.lifecycle != write.status.lifecycle) record.status_changed_at = now;
  record.status = write.status;
  return render_server_document(
      {write.name, version.version, version.digest, std::string(server_json(version.document)), {}}, record);
}

Result<Decision> decide_status(const Index& index, const SetStatus& write, std::string_view now) {
  const bool server = is_server_name(write.name);
  const Tool* tool = index.find(write.name);
  if (tool == nullptr || tool->latest() == nullptr)
    return Error{Code::NotFound,
                 (server ? "no server is published as " : "no tool is registered as ") + write.name};
  if (!write.force) {
    if (auto ok = check_manager(*tool, write.manager, false); !ok) return ok.take_error();
  }
  std::vector<std::shared_ptr<const Registration>> versions = tool->live;
  if (write.version) {
    auto one = tool->find(*write.version);
    if (one == nullptr) return Error{Code::NotFound, write.name + " has no version " + *write.version};
    versions = {std::move(one)};
  }
  if (auto ok = check_precondition(versions.front().get(), write.precondition); !ok) return ok.take_error();
  Decision decision;
  decision.kind = WriteOutcome::Kind::Changed;
  for (const auto& version : versions) {
    auto document =
        server ? server_with_status(*version, write, now) : tool_with_status(*version, write, now);
    if (!document) return document.take_error();
    if (!document->empty()) decision.changes.push_back({Operation::Register, std::move(*document)});
  }
  if (decision.changes.empty()) {
    decision.kind = WriteOutcome::Kind::Unchanged;
    decision.existing = versions.front();
    return decision;
  }
  if (write.status.lifecycle == Lifecycle::Deleted) {
    const auto stays = [&](const auto& each) {
      return each->lifecycle != Lifecycle::Deleted &&
             std::find(versions.begin(), versions.end(), each) == versions.end();
    };
    if (std::none_of(tool->live.begin(), tool->live.end(), stays))
      withdraw_tools_of(index, write.name, {}, now, decision.changes);
  }
  return decision;
}

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
  } else if (known == nullptr) {
    if (auto ok = check_room(index, limits); !ok) return ok.take_error();
  } else if (known->live.size() >= limits.versions_per_tool) {
    return too_many_versions(limits);
  }

  Decision decision;
  decision.kind = write.edit ? WriteOutcome::Kind::Changed : WriteOutcome::Kind::Created;
  decision.new_tool = known == nullptr;
  decision.changes.push_back({Operation::Register, render_server_document(server, record)});
  std::size_t added = known == nullptr ? 1 : 0;
  for (const auto& tool : server.tools) {
    auto registered = decide_register(index, {tool, {}, false}, limits, now);
    if (!registered) return registered.take_error();
    if (registered->new_tool) ++added;
    for (auto& change : registered->changes) decision.changes.push_back(std::move(change));
  }
  // Each tool was looked at as if it were the only one.
  if (auto ok = check_room(index, limits, added); !ok) return ok.take_error();
  // What the latest version does not bring any more is gone.
  const auto is_later = [&](const auto& other) {
    return other->lifecycle != Lifecycle::Deleted && other->version.precedence(server.version) > 0;
  };
  if (known == nullptr || std::none_of(known->live.begin(), known->live.end(), is_later))
    withdraw_tools_of(index, server.name, server.tools, now, decision.changes);
  return decision;
}

/// The only tool or server of an index that one record made.
const Tool* only(const Index& index) {
  const Tool* found = nullptr;
  index.visit_all([&](const Tool& tool) { found = &tool; });
  return found;
}

Result<Decision> decide_restore(const Index& index, const Restore& write, const StoreLimits& limits) {
  IndexBuilder scratch{Index()};
  Record record;
  record.operation = write.operation;
  record.payload = write.payload;
  if (auto read = apply(scratch, record); !read) return read.take_error();
  const Tool* given = only(scratch.index());
  const Registration* live = given->latest();
  const auto& version = live != nullptr ? live->version : given->retired.front().version;
  const auto& digest = live != nullptr ? live->digest : given->retired.front().digest;
  const auto what = "version " + version.text() + " of " + given->name;

  Decision decision;
  const Tool* tool = index.find(given->name);
  const auto existing = tool == nullptr ? nullptr : tool->find(version.text());
  const auto* gone = tool == nullptr ? nullptr : tool->find_retired(version.text());
  const bool differs =
      (existing && existing->digest != digest) || (gone != nullptr && gone->digest != digest);
  // Of a server a version's content may be edited: what is there is taken for the later state.
  if (differs && !is_server_name(given->name))
    return conflict(what + " is known with other content, and a version never changes", "/version");
  if (existing || (gone != nullptr && live == nullptr)) {
    decision.existing = existing;
    return decision;
  }
  if (live != nullptr && tool != nullptr && tool->latest() != nullptr) {
    if (auto ok = check_manager(*tool, live->manager, false); !ok)
      return conflict(what + ": " + ok.error().detail, "/managedBy");
  }
  if (live != nullptr && (tool == nullptr || tool->latest() == nullptr)) {
    if (auto ok = check_room(index, limits); !ok) return ok.take_error();
  }
  if (is_full(tool, version.text(), limits)) return too_many_versions(limits);
  decision.kind = live != nullptr ? WriteOutcome::Kind::Created : WriteOutcome::Kind::Withdrawn;
  decision.new_tool = live != nullptr && (tool == nullptr || tool->latest() == nullptr);
  decision.changes.push_back({write.operation, write.payload});
  return decision;
}

}  // namespace

const std::string& name_of(const Write& write) {
  if (const auto* registration = std::get_if<Register>(&write)) return registration->definition.name;
  if (const auto* withdrawal = std::get_if<Withdraw>(&write)) return withdrawal->name;
  if (const auto* status = std::get_if<SetStatus>(&write)) return status->name;
  if (const auto* server = std::get_if<PutServer>(&write)) return server->server.name;
  static const std::string none;
  return none;
}

std::string entity_tag(const Registration& registration) {
  return to_hex(registration.checksum, 16);
}

Result<Decision> decide(const Index& index, const Write& write, const StoreLimits& limits,
                        std::string_view now) {
  if (const auto* registration = std::get_if<Register>(&write))
    return decide_register(index, *registration, limits, now);
  if (const auto* status = std::get_if<SetStatus>(&write)) return decide_status(index, *status, now);
  if (const auto* server = std::get_if<PutServer>(&write)) return decide_server(index, *server, limits, now);
  if (const auto* restored = std::get_if<Restore>(&write)) return decide_restore(index, *restored, limits);
  return decide_withdraw(index, std::get<Withdraw>(write), now);
}

}  // namespace toolhive::registry
