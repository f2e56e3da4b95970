#include "controller/operator/mcptool/registration.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "controller/operator/registry_circuit.hpp"
#include "controller/operator/served_version.hpp"

namespace toolhive {

namespace {

constexpr const char* kVersionConflict = "VersionConflict";

RegisteredTool to_tool(const RegistryEntry& entry) {
  return {entry.name, entry.version, entry.digest, entry.registered_at};
}

// Tells what is served in place of the registered version, as far as it could not be withdrawn.
void tell_put_back(PutBack put_back, RegistrationOutcome& outcome) {
  outcome.withdrawn = std::move(put_back.withdrawn);
  if (put_back.failure.ok()) return;
  outcome.overridden = true;
  outcome.not_before = put_back.failure.retry_after().value_or(std::chrono::milliseconds(0));
  outcome.registered = ConditionValue::no(
      "Overridden", "the registry serves another version of " + outcome.tool->name + " than " +
                        outcome.tool->version +
                        ", which is declared, and it cannot be withdrawn: " + put_back.failure.message());
}

RegistrationOutcome settled(const RegistryEntry& entry) {
  RegistrationOutcome outcome;
  outcome.registered =
      ConditionValue::yes("Registered", "the registry has " + entry.name + " in version " + entry.version);
  outcome.tool = to_tool(entry);
  return outcome;
}

RegistrationOutcome version_conflict(const WantedTool& wanted, const std::optional<RegisteredTool>& known) {
  RegistrationOutcome outcome;
  outcome.registered = ConditionValue::no(
      kVersionConflict, "version " + wanted.version + " of " + wanted.name +
                            " is registered with other content, and a version never changes; raise "
                            "spec.version");
  outcome.tool = known;
  return outcome;
}

RegistrationOutcome failed(const Status& error, const std::optional<RegisteredTool>& known) {
  RegistrationOutcome outcome;
  switch (error.code()) {
    case Code::Invalid:
      outcome.accepted = ConditionValue::no("InvalidDefinition", "spec.definition: " + error.message());
      outcome.registered = ConditionValue::no("NotAccepted", "the registry refuses the definition");
      outcome.tool = known;
      break;
    case Code::Conflict:
      outcome.registered = ConditionValue::no("NameConflict", error.message());
      break;
    default:
      outcome.registered = ConditionValue::unknown("RegistryUnavailable", error.message());
      outcome.tool = known;
      outcome.unavailable = true;
      outcome.busy = error.code() == Code::Busy;
      outcome.not_before = error.retry_after().value_or(std::chrono::milliseconds(0));
      break;
  }
  return outcome;
}

// Sees to it that what was just registered is what is served.
RegistrationOutcome serve(const Context& ctx, RegistryApi& registry, const WantedTool& wanted,
                          RegistryEntry entry, const std::optional<RegisteredTool>& known) {
  RegistrationOutcome outcome;
  const auto versions = registry.versions(ctx, wanted.name);
  if (versions.ok() && !known && wanted.version.empty() && !versions->empty() &&
      versions->front().version != entry.version) {
    // What an earlier MCPTool of this name left is no intruder: the registry knows what follows it.
    auto next = registry.put(ctx, registration_body(wanted, ""));
    if (!next.ok()) return failed(next.status(), to_tool(entry));
    outcome = settled(*next);
  } else if (versions.ok()) {
    outcome = settled(entry);
    tell_put_back(withdraw_versions_before(ctx, registry, entry.version, *versions, wanted.manager), outcome);
  } else if (versions.status().code() == Code::NotFound) {
    outcome = settled(entry);  // one of several replicas, which is behind
  } else {
    outcome = failed(versions.status(), to_tool(entry));
  }
  outcome.wrote = true;
  return outcome;
}

RegistrationOutcome put(const Context& ctx, RegistryApi& registry, const WantedTool& wanted,
                        const std::string& version, const std::optional<RegisteredTool>& known) {
  auto entry = registry.put(ctx, registration_body(wanted, version));
  if (entry.status().code() == Code::AlreadyExists) {
    if (!wanted.version.empty()) return version_conflict(wanted, known);
    // An earlier MCPTool of this name had that number: the registry knows which one is free.
    if (!version.empty()) entry = registry.put(ctx, registration_body(wanted, ""));
  }
  if (!entry.ok()) return failed(entry.status(), known);
  return serve(ctx, registry, wanted, *std::move(entry), known);
}

// Whether a version of the registry has the content that is wanted. That needs no reading where the
// version was registered for this very generation: its digest is of its content.
StatusOr<bool> has_wanted(const Context& ctx, RegistryApi& registry, const WantedTool& wanted,
                          const RegistryEntry& version, const RegisteredTool& known,
                          std::int64_t known_generation) {
  if (known_generation == wanted.generation && !known.digest.empty() && version.digest == known.digest)
    return true;
  const auto entry = registry.get(ctx, wanted.name, version.version);
  if (!entry.ok()) return entry.status();
  return same_definition(*entry->document, wanted);
}

// Major and minor number of a semantic version.
std::optional<std::pair<std::int64_t, std::int64_t>> major_minor(const std::string& version) {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  const char* const end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  if (second.ec != std::errc()) return std::nullopt;
  return std::pair(major, minor);
}

// Whether what is wanted is refused, for which what was registered before stays.
bool is_refused(const RegistrationOutcome& outcome) {
  return !outcome.accepted.holds() || outcome.registered.reason == kVersionConflict;
}

// What stays is what is served. Where that fails the next pass tries again; the refusal says what
// is to be done meanwhile.
void keep_served(const Context& ctx, RegistryApi& registry, const WantedTool& wanted,
                 const RegisteredTool& known, RegistrationOutcome& outcome) {
  const auto versions = registry.versions(ctx, wanted.name);
  if (!versions.ok()) return;
  const auto entry = std::ranges::find(*versions, known.version, &RegistryEntry::version);
  if (entry == versions->end() || entry->manager != wanted.manager) return;
  outcome.withdrawn =
      withdraw_versions_before(ctx, registry, known.version, *versions, wanted.manager).withdrawn;
}

RegistrationOutcome bring(const Context& ctx, RegistryApi& registry, const WantedTool& wanted,
                          const std::optional<RegisteredTool>& known, std::int64_t known_generation) {
  const std::string number =
      wanted.version.empty() ? numbered_version(wanted.generation, known, known_generation) : wanted.version;
  const bool may_be_there = known && (wanted.version.empty() || wanted.version == known->version);
  if (!may_be_there) return put(ctx, registry, wanted, number, known);

  const auto versions = registry.versions(ctx, wanted.name);
  if (versions.status().code() == Code::NotFound) return put(ctx, registry, wanted, number, known);
  if (!versions.ok()) return failed(versions.status(), known);
  const auto entry = std::ranges::find(*versions, known->version, &RegistryEntry::version);
  // An entry of another manager: the registry knows who may follow whom, and says so.
  if (entry == versions->end() || entry->manager != wanted.manager)
    return put(ctx, registry, wanted, number, known);
  const auto same = has_wanted(ctx, registry, wanted, *entry, *known, known_generation);
  if (same.status().code() == Code::NotFound) return put(ctx, registry, wanted, number, known);
  if (!same.ok()) return failed(same.status(), known);
  if (*same) {
    RegistrationOutcome outcome = settled(*entry);
    tell_put_back(withdraw_versions_before(ctx, registry, entry->version, *versions, wanted.manager),
                  outcome);
    return outcome;
  }
  if (!wanted.version.empty()) return version_conflict(wanted, known);
  return put(ctx, registry, wanted, number, known);
}

}  // namespace

Json registration_body(const WantedTool& wanted, const std::string& version) {
  Json body = *wanted.definition;
  body["name"] = wanted.name;
  if (!version.empty()) body["version"] = version;
  body["managedBy"] = {{"kind", wanted.manager.kind},
                       {"namespace", wanted.manager.ns},
                       {"name", wanted.manager.name},
                       {"uid", wanted.manager.uid}};
  return body;
}

bool same_definition(const Json& entry, const WantedTool& wanted) {
  // What the registry adds, a status that somebody set among it.
  static const std::set<std::string_view> kAdded = {
      "name",         "version", "managedBy",       "digest",        "contractDigest",
      "registeredAt", "status",  "statusChangedAt", "statusMessage", "replacement"};
  // Member by member, for a copy of a large definition would cost more than it does.
  const Json& definition = *wanted.definition;
  if (!entry.is_object() || entry.value("name", Json()) != wanted.name) return false;
  std::size_t members = 0;
  for (const auto& [key, value] : entry.items()) {
    if (kAdded.contains(key)) continue;
    const auto declared = definition.find(key);
    if (declared == definition.end() || *declared != value) return false;
    ++members;
  }
  return members == definition.size() - definition.count("name");
}

std::string numbered_version(std::int64_t generation, const std::optional<RegisteredTool>& known,
                             std::int64_t known_generation) {
  if (known && known_generation == generation) return known->version;
  if (known) {
    const auto last = major_minor(known->version);
    if (last && *last >= std::pair<std::int64_t, std::int64_t>(0, generation)) return {};
  }
  return "0." + std::to_string(generation) + ".0";
}

RegistrationOutcome register_tool(const Context& ctx, RegistryApi& registry, const WantedTool& wanted,
                                  const std::optional<RegisteredTool>& known, std::int64_t known_generation) {
  RegistrationOutcome outcome = bring(ctx, registry, wanted, known, known_generation);
  if (known && is_refused(outcome)) keep_served(ctx, registry, wanted, *known, outcome);
  return outcome;
}

}  // namespace toolhive
