// The name of this process among others of its kind, such as those that compete for a lease.
#pragma once

#include <string>

namespace toolhive::runtime {

// The pod's name ($POD_NAME) or the host's, with a random suffix, because a container that is
// started again has both from before. Another one at each call.
std::string make_identity();

}  // namespace toolhive::runtime
