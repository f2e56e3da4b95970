// What the NetworkPolicies of a Registry and of its backups let out. Pure.
#pragma once

#include <vector>

#include "controller/base/json.hpp"

namespace toolhive {

// A rule for the cluster's DNS.
Json egress_to_dns();
// A rule for these TCP ports at any address: a policy cannot name hosts.
Json egress_to_ports(const std::vector<int>& ports);

}  // namespace toolhive
