// What a plan has done so far.
#pragma once

#include <cstddef>
#include <string>

#include "test/faults/harness/fault_proxy.hpp"

namespace toolhive::faults {

// Names the rules of the plan that have not struck; empty when all have. A plan that never strikes
// tests nothing.
std::string unused_rules(FaultProxy& proxy);
std::size_t strikes(FaultProxy& proxy);

}  // namespace toolhive::faults
