// What is told of discovery in the status of a Registry. Pure.
#pragma once

#include "controller/operator/discovery/carry_out.hpp"
#include "controller/operator/discovery/observe.hpp"
#include "controller/operator/discovery_reports.hpp"

namespace toolhive {

DiscoveryReport discovery_report(const DiscoveryObservation& observed, const DiscoveryPlan& plan,
                                 const DiscoveryOutcome& outcome);

}  // namespace toolhive
