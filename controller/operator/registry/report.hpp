// What is told of a Registry, from what was observed and what came of the plan. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/discovery_reports.hpp"
#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/registry/carry_out.hpp"
#include "controller/operator/registry/exposure.hpp"
#include "controller/operator/registry/scheduled_backups.hpp"
#include "controller/operator/registry_address.hpp"
#include "controller/operator/registry_client.hpp"
#include "controller/operator/seen_certificate.hpp"

namespace toolhive {

struct RegistryReport {
  kube::Key key;
  std::int64_t generation = 0;
  std::optional<ConditionValue> refused;  // the spec is not accepted
  std::optional<ConditionValue> failed;   // an operand could not be brought to its state
  ConditionValue storage;
  Rollout rollout;
  ExposureState exposure;
  ConditionValue monitored;
  std::optional<ConditionValue> autoscaling;  // absent: there is no autoscaler to tell of
  bool hibernated = false;                    // there are to be no pods, by the annotation
  // why the tokens of its users cannot be judged
  std::optional<ConditionValue> authentication;
  std::optional<ConditionValue> drift;   // others have added to what the operator declares
  std::optional<ServiceReport> service;  // absent: not asked, or no answer; the last one is kept
  bool discovers = false;                // the spec has servers looked for
  // absent: nothing is known yet; what was told is kept
  std::optional<DiscoveryReport> discovery;
  std::optional<ConditionValue> restored;  // absent: nothing is to be restored, or what is told stays
  bool restores = false;                   // spec.restoreFrom is there
  std::optional<ConditionValue> moved;     // absent: nothing is to be moved, or what is told stays
  bool on_files = false;                   // the spec has files, from which nothing is to be moved
  // Where the data are; absent: nothing is known that was not told already.
  struct Place {
    std::string claim;  // empty: in a database
  };
  std::optional<Place> place;
  std::optional<BackupsReport> backups;  // absent: there is no schedule to go by
  bool schedules = false;                // spec.backup is there
  // By what TLS it serves; absent: by none, or nothing is known that was not told already.
  struct ServedTls {
    AuthorityRef authority;
    std::optional<WallTime> not_after;  // absent: not seen; the last one is kept
  };
  std::optional<ServedTls> tls;
  std::optional<ConditionValue> tls_ready;  // absent: without TLS, or what is told stays
  bool serves_plain = false;                // what is declared serves plain HTTP
  // a pod serves, but the operator gets no answer from it
  std::optional<ConditionValue> unreachable;
};

// All but what only the service and discovery know. What was written counts for more than what was
// observed before.
RegistryReport report_of(const RegistryObservation& observed, const RegistryOutcome& outcome, WallTime now);

// Adds what is told of TLS; `seen` as tls_ready() wants it.
void report_tls(const RegistryObservation& observed, const RegistryOutcome& outcome,
                const std::optional<CertificateSight>& seen, RegistryReport& report);

// When to look again although nothing changes.
Duration look_again(const RegistryObservation& observed, const RegistryOutcome& outcome,
                    const RegistryReport& report);

}  // namespace toolhive
