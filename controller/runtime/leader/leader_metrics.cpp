#include "controller/runtime/leader/leader_metrics.hpp"

#include <prometheus/metric_family.h>

namespace toolhive::runtime {

namespace {

prometheus::MetricFamily flag(const char* name, const char* help, const std::string& lease, bool value) {
  prometheus::MetricFamily family{name, help, prometheus::MetricType::Gauge, {}};
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = {{"name", lease}};
  metric.gauge.value = value ? 1 : 0;
  return family;
}

}  // namespace

void expose_leader_election(Metrics& metrics, const LeaderElection& election,
                            const LeaderElectionOptions& options) {
  metrics.add_source([&election, lease = options.lease_name] {
    return std::vector<prometheus::MetricFamily>{
        flag("leader_election_master_status", "1 while this process holds the leader lease, else 0", lease,
             election.surely_leading()),
        flag("leader_election_lease_capped",
             "1 while another's leader lease asks for more time than it is given, else 0", lease,
             election.lease_capped())};
  });
}

}  // namespace toolhive::runtime
