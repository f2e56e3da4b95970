// The end state of a scenario: everything that the operator made of what was asked, with what
// differs from run to run masked.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/kube/client/client.hpp"

namespace toolhive::faults {

// The resources, their operands and what those became, and what each registry holds. Masked: uids,
// resourceVersions, times, generated names and addresses, the namespace's name. Throws
// std::runtime_error when something cannot be read.
Json end_state(kube::Client& client, const std::string& ns);

// Where `actual` differs, a line for each place; empty when it does not.
std::string difference(const Json& expected, const Json& actual);

// For the tests of the mask itself.
Json masked(const Json& document, const std::string& ns);

}  // namespace toolhive::faults
