#include "controller/runtime/leader/leader_metrics.hpp"

#include <prometheus/metric_family.h>

namespace toolhive::runtime {

void expose_leader_election(Metrics& metrics, const LeaderElection& election,
                            const LeaderElectionOptions& options) {
  metrics.add_source([&election, name = options.lease_name] {
    prometheus::MetricFamily family{"leader_election_master_status",
                                    "1 while this process holds the leader lease, else 0",
                                    prometheus::MetricType::Gauge,
                                    {}};
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    metric.label = {{"name", name}};
    metric.gauge.value = election.surely_leading() ? 1 : 0;
    return std::vector<prometheus::MetricFamily>{family};
  });
}

}  // namespace toolhive::runtime
