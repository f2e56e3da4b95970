// When to look again, where nothing tells of a change.
#pragma once

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// `period`, up to a tenth longer, the same for the same key: checks of many resources spread out.
Duration jittered(Duration period, const kube::Key& key);

}  // namespace toolhive
