// The end state of a scenario: everything that the operator made of what was asked, with what differs from run
// to run masked.
#pragma once

#include <string>

#include "controller/kube/client.hpp"
#include "controller/kube/json.hpp"

namespace faults {

// The resources, their operands and what those became, and what each registry holds. Masked: uids,
// resourceVersions, times, generated names and addresses, the namespace's name. Throws std::runtime_error when
// something cannot be read.
kube::Json end_state(kube::Client& client, const std::string& ns);

// Where `actual` differs, a line for each place; empty when it does not.
std::string difference(const kube::Json& expected, const kube::Json& actual);

// For the tests of the mask itself.
kube::Json masked(const kube::Json& document, const std::string& ns);

}  // namespace faults
