#include "controller/operator/registry/status.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/registry/autoscaling.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/registry/move.hpp"
#include "controller/operator/registry/restore.hpp"
#include "controller/operator/registry/storage.hpp"
#include "controller/operator/registry_address.hpp"

namespace toolhive {

using runtime::Conditions;

namespace {

constexpr const char* kTlsCondition = "TLSReady";

Conditions conditions_of(const Json& status) {
  return Conditions::from_json(status.is_object() ? status.value("conditions", Json::array())
                                                  : Json::array());
}

// Whether it says most that the storage is filled. Of pods that wait for it only that they start is
// to be said; what else is wrong with them says more.
bool tells_most(const std::optional<ConditionValue>& filled, const RegistryReport& report) {
  if (!filled || filled->holds()) return false;
  return filled->status == runtime::ConditionStatus::False || report.rollout.settled.reason == "Starting" ||
         report.rollout.settled.holds();
}

// Nobody can make out whether it is the registry that answers.
bool is_untrusted(const RegistryReport& report) {
  return report.tls_ready && report.tls_ready->status == runtime::ConditionStatus::False;
}

ConditionValue ready(const RegistryReport& report) {
  if (report.refused) return *report.refused;
  if (report.failed) return *report.failed;
  if (report.hibernated) return report.rollout.settled;
  // The pods know why better than their claim does, except while the claim is what they wait for.
  if (!report.storage.holds()) return report.storage;
  if (tells_most(report.restored, report)) return *report.restored;
  if (tells_most(report.moved, report)) return *report.moved;
  if (!report.rollout.settled.holds()) return report.rollout.settled;
  if (report.exposure.required && !report.exposure.exposed.holds()) return report.exposure.exposed;
  if (report.authentication) return *report.authentication;
  if (is_untrusted(report)) return *report.tls_ready;
  return ConditionValue::yes("Serving", "the registry serves what the spec declares");
}

ConditionValue degraded(const RegistryReport& report) {
  if (report.failed) return ConditionValue::yes(report.failed->reason, report.failed->message);
  if (report.refused) return ConditionValue::yes(report.refused->reason, report.refused->message);
  if (report.restored && report.restored->status == runtime::ConditionStatus::False)
    return ConditionValue::yes(report.restored->reason, report.restored->message);
  if (report.moved && report.moved->status == runtime::ConditionStatus::False)
    return ConditionValue::yes(report.moved->reason, report.moved->message);
  if (report.rollout.failed)
    return ConditionValue::yes(report.rollout.settled.reason, report.rollout.settled.message);
  if (report.storage.reason == kGrowthFailed)
    return ConditionValue::yes(report.storage.reason, report.storage.message);
  if (report.authentication)
    return ConditionValue::yes(report.authentication->reason, report.authentication->message);
  if (is_untrusted(report)) return ConditionValue::yes(report.tls_ready->reason, report.tls_ready->message);
  if (report.unreachable) return ConditionValue::yes(report.unreachable->reason, report.unreachable->message);
  return ConditionValue::no("AsExpected", "nothing needs attention");
}

Json counts_of(const DiscoveryReport& discovery) {
  Json counts = Json::array();
  for (const auto& [source, count] : discovery.counts)
    counts.push_back({{"source", source},
                      {"servers", count.servers},
                      {"waiting", count.waiting},
                      {"refused", count.refused}});
  return counts;
}

// As in `before` where nothing newer is known.
void tell_discovery(const RegistryReport& report, const Json& before, Conditions& conditions,
                    Json& discovered, WallTime now) {
  if (!report.discovers) {
    conditions.remove("DiscoveryReady");
  } else if (report.discovery) {
    conditions.set(to_condition("DiscoveryReady", report.discovery->ready, report.generation), now);
    discovered = counts_of(*report.discovery);
  } else if (before.is_object() && before.contains("discovered")) {
    discovered = before.at("discovered");
  }
}

// As in `before` while it is not known what is declared.
void tell_tls(const RegistryReport& report, const Json& before, Conditions& conditions, Json& status,
              WallTime now) {
  if (report.tls_ready) {
    conditions.set(to_condition(kTlsCondition, *report.tls_ready, report.generation), now);
  } else if (report.serves_plain) {
    conditions.remove(kTlsCondition);
  }
  if (report.serves_plain) return;
  const Json* const told = before.is_object() ? value_at(before, "/tls") : nullptr;
  Json tls = told ? *told : Json::object();
  if (report.tls) {
    const AuthorityRef& authority = report.tls->authority;
    tls["authority"] = {{"configMap", authority.config_map}, {"key", authority.key}};
    if (report.tls->not_after) tls["notAfter"] = to_rfc3339(*report.tls->not_after);
  }
  if (!tls.empty()) status["tls"] = std::move(tls);
}

// What is known stays while nothing newer is.
void tell_backups(const RegistryReport& report, const Json& before, Json& status) {
  if (before.is_object())
    for (const char* field : {"lastBackup", "lastSchedule"})
      if (before.contains(field)) status[field] = before.at(field);
  if (!report.backups) return;
  if (report.backups->last)
    status["lastBackup"] = {{"name", report.backups->last_name},
                            {"completedAt", to_rfc3339(*report.backups->last)}};
  if (report.backups->last_schedule) status["lastSchedule"] = to_rfc3339(*report.backups->last_schedule);
}

}  // namespace

Json status_with_move(const Json& before, const ConditionValue& moved, std::int64_t generation,
                      WallTime now) {
  Conditions conditions = conditions_of(before);
  conditions.set(to_condition(kMovedCondition, moved, generation), now);
  Json status = before.is_object() ? before : Json::object();
  status["conditions"] = conditions.to_json();
  return status;
}

Json registry_status(const Json& before, const RegistryReport& report, WallTime now) {
  Conditions conditions = conditions_of(before);
  const auto set = [&](const char* type, const ConditionValue& value) {
    conditions.set(to_condition(type, value, report.generation), now);
  };
  set("Accepted", report.refused ? *report.refused : ConditionValue::yes("Accepted", "the spec is in order"));
  set("StorageReady", report.storage);
  set("Available", report.rollout.available);
  set("Exposed", report.exposure.exposed);
  set("Monitored", report.monitored);
  if (report.autoscaling) {
    set(kAutoscalingCondition, *report.autoscaling);
  } else {
    conditions.remove(kAutoscalingCondition);
  }
  set("Degraded", degraded(report));
  set("Ready", ready(report));
  if (report.restored) set(kRestoredCondition, *report.restored);
  if (report.backups) set("BackupHealthy", report.backups->healthy);
  if (!report.schedules) conditions.remove("BackupHealthy");
  if (!report.restores) conditions.remove(kRestoredCondition);
  if (report.moved) set(kMovedCondition, *report.moved);
  if (report.on_files && !report.refused) conditions.remove(kMovedCondition);
  if (report.drift) {
    set("Drifted", *report.drift);
  } else {
    conditions.remove("Drifted");
  }
  if (report.hibernated) {
    set("Hibernated", ConditionValue::yes("Annotated", report.rollout.settled.message));
  } else {
    conditions.remove("Hibernated");
  }
  conditions.remove("ReconciliationPaused");
  Json discovered;
  tell_discovery(report, before, conditions, discovered, now);
  Json tls = Json::object();
  tell_tls(report, before, conditions, tls, now);

  Json status = {{"observedGeneration", report.generation},
                 {"conditions", conditions.to_json()},
                 {"replicas", report.rollout.replicas},
                 {"readyReplicas", report.rollout.ready_replicas},
                 {"selector", selector_text(report.key.name)}};
  if (report.place) {
    status["storage"]["type"] = report.place->claim.empty() ? "PostgreSQL" : "Filesystem";
    if (!report.place->claim.empty()) status["storage"]["claim"] = report.place->claim;
  } else if (before.is_object() && before.contains("storage")) {
    status["storage"] = before.at("storage");
  }
  status.update(tls);
  if (!discovered.is_null()) status["discovered"] = std::move(discovered);
  // An address is an offer: there is none before the registry served once.
  if (report.rollout.available.holds() || (before.is_object() && before.contains("url"))) {
    const std::string inside = internal_url(report.key, status.contains("tls"));
    status["url"] = report.exposure.url.empty() ? inside : report.exposure.url;
    status["internalURL"] = inside;
  }
  tell_backups(report, before, status);
  if (before.is_object())
    for (const char* field : {"tools", "version"})
      if (before.contains(field)) status[field] = before.at(field);
  if (report.service) {
    status["tools"] = report.service->tools;
    // It is asked for on its own, and may be missing from what a registry says that ends.
    if (!report.service->version.empty()) status["version"] = report.service->version;
  }
  return status;
}

Json refused_status(const Json& before, const ConditionValue& refusal, std::int64_t generation,
                    WallTime now) {
  Json status = before.is_object() ? before : Json::object();
  Conditions conditions = conditions_of(before);
  conditions.set(to_condition("Accepted", refusal, generation), now);
  conditions.set(to_condition("Ready", refusal, generation), now);
  status["conditions"] = conditions.to_json();
  status["observedGeneration"] = generation;
  return status;
}

}  // namespace toolhive
