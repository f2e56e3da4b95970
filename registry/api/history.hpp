#pragma once

#include "registry/api/call.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// How the contract of a tool changed from version to version, highest first: of each version the
// verdict on it against the one before it, and how many changes of each class there are. From the
// version `to`, by default the latest, `limit` versions and no more than a bounded amount of work;
// where more follow, the last one names the `previous` version to go on with.
Response get_history(const Index& index, const Call& call);

}  // namespace toolhive::registry
