// What is cached of the objects that are kept for resources: only what carries our label; a
// cluster's other ConfigMaps and pods are none of our business.
#pragma once

#include "controller/runtime/cache/informer.hpp"

namespace toolhive {

// Of operands.
runtime::InformerOptions operand_informer(bool optional = false);
// Of their pods, by what their ReplicaSet selects them by: a pod that loses that is released, and
// another is made.
runtime::InformerOptions pod_informer();

}  // namespace toolhive
