// Leader metrics: whether this process leads.
#pragma once

#include "controller/runtime/leader/leader_election.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace toolhive::runtime {

// Adds leader_election_master_status{name}: 1 while the lease is surely held, else 0, as in
// client-go; and leader_election_lease_capped{name}: 1 while another's lease asks for more time
// than it is given. `election` must outlive `metrics`' last text().
void expose_leader_election(Metrics& metrics, const LeaderElection& election,
                            const LeaderElectionOptions& options);

}  // namespace toolhive::runtime
