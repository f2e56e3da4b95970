#include "registry/store/rules.hpp"

#include <algorithm>

#include "registry/model/stored_document.hpp"
#include "registry/store/server_rules.hpp"
#include "registry/store/tool_rules.hpp"
#include "registry/store/upstream_rules.hpp"

namespace toolhive::registry {
namespace {

// The document of a tool's version with another status. Empty when it has that status.
Result<std::string> tool_with_status(const Registration& version, const SetStatus& write,
                                     std::string_view now) {
  if (version.lifecycle == write.status.lifecycle) {
    auto before = read_status(version.document);
    if (!before) return before.take_error();
    if (before->status == write.status) return std::string();
  }
  return with_status(version.document, write.status, now);
}

// The same of a server's version.
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

Result<Decision> decide_status(const Index& index, const SetStatus& write, const StoreLimits& limits,
                               std::string_view now) {
  const bool server = is_server_name(write.name);
  const Tool* tool = index.find(write.name);
  if (tool == nullptr || tool->latest() == nullptr)
    return Error{Code::NotFound,
                 (server ? "no server is published as " : "no tool is registered as ") + write.name};
  if (!write.force && !server) {
    if (auto ok = check_manager(*tool, write.manager, false); !ok) return ok.take_error();
  }
  std::vector<std::shared_ptr<const Registration>> versions = tool->live;
  if (write.version) {
    auto one = tool->find(*write.version);
    if (one == nullptr) return Error{Code::NotFound, write.name + " has no version " + *write.version};
    versions = {std::move(one)};
  }
  if (!write.force && server) {
    auto held = versions_held_by(write.name, std::move(versions), write.manager);
    if (!held) return held.take_error();
    versions = std::move(*held);
  }
  if (auto ok = check_precondition(versions.front().get(), write.precondition); !ok) return ok.take_error();
  Decision decision;
  decision.kind = WriteOutcome::Kind::Changed;
  std::size_t bytes = 0;
  for (const auto& version : versions) {
    auto document =
        server ? server_with_status(*version, write, now) : tool_with_status(*version, write, now);
    if (!document) return document.take_error();
    if (document->empty()) continue;
    bytes += document->size();
    if (auto ok = check_rewritten(write.name, bytes); !ok) return ok.take_error();
    decision.changes.push_back({Operation::Register, std::move(*document)});
  }
  if (decision.changes.empty()) {
    decision.kind = WriteOutcome::Kind::Unchanged;
    decision.existing = versions.front();
    return decision;
  }
  if (server) {
    if (auto ok = follow_status(index, *tool, versions, write, limits, now, decision); !ok)
      return ok.take_error();
  }
  return decision;
}

// The only tool or server of an index that one record made.
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
  // Of a server each version has a manager of its own.
  if (live != nullptr && tool != nullptr && tool->latest() != nullptr && !is_server_name(given->name)) {
    if (auto ok = check_manager(*tool, live->manager, false); !ok)
      return conflict(what + ": " + ok.error().detail, "/managedBy");
  }
  if (is_full(tool, version.text(), limits)) return too_many_versions(limits);
  decision.kind = live != nullptr ? WriteOutcome::Kind::Created : WriteOutcome::Kind::Withdrawn;
  decision.new_tool = live != nullptr && (tool == nullptr || tool->latest() == nullptr);
  decision.changes.push_back({write.operation, write.payload});
  const Growth growth{decision.new_tool ? 1u : 0u, bytes_of(decision.changes)};
  if (auto ok = check_room(index, limits, growth); !ok) return ok.take_error();
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

void compare_ahead(const Index& index, Write& write) {
  if (auto* registration = std::get_if<Register>(&write)) compare_ahead(index, *registration);
  if (auto* server = std::get_if<PutServer>(&write)) compare_ahead(index, *server);
}

Result<Decision> decide(const Index& index, const Write& write, const StoreLimits& limits,
                        std::string_view now) {
  if (const auto* registration = std::get_if<Register>(&write))
    return decide_register(index, *registration, limits, now);
  if (const auto* status = std::get_if<SetStatus>(&write)) return decide_status(index, *status, limits, now);
  if (const auto* server = std::get_if<PutServer>(&write)) return decide_server(index, *server, limits, now);
  if (const auto* restored = std::get_if<Restore>(&write)) return decide_restore(index, *restored, limits);
  return decide_withdraw(index, std::get<Withdraw>(write), now);
}

}  // namespace toolhive::registry
