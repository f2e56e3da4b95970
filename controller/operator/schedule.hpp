// When to look again, where nothing tells of a change.
#pragma once

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// `period`, up to a tenth longer, the same for the same key: checks of many resources spread out.
Duration jittered(Duration period, const kube::Key& key);

// Whether of the times, one each `period`, this is the one in `turns` at which what costs more is
// done for the key. Other keys have other turns. `period` and `turns` are above zero.
bool is_turn(WallTime now, Duration period, int turns, const kube::Key& key);

}  // namespace toolhive
