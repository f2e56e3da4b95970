// The cause for which a look at a server failed, in one word.
#pragma once

#include "controller/base/status.hpp"

namespace toolhive {

// Whether the server itself answered that we may not read it.
bool is_restricted(const Status& failure);

// `failure` with the reason that the condition ServerAvailable gives for it; one that has such a
// reason already keeps it.
Status with_cause(const Status& failure);

}  // namespace toolhive
