#pragma once

#include <vector>

#include "registry/base/result.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// Gives a group of writes to a store, in their order, and waits for all outcomes, in the same
// order. Thread safe; not to be called on a thread of the store.
std::vector<Result<WriteOutcome>> carry_out(Store& store, std::vector<Write> writes);

}  // namespace toolhive::registry
