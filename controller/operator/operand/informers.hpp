// What is cached of the objects that are kept for resources: only what carries our label; a
// cluster's other ConfigMaps and pods are none of our business.
#pragma once

#include <string_view>
#include <vector>

#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/cache/informer.hpp"

namespace toolhive {

// Of operands.
runtime::InformerOptions operand_informer(bool optional = false);
// Of their pods, by what their ReplicaSet selects them by: a pod that loses that is released, and
// another is made.
runtime::InformerOptions pod_informer();

// The pods, of those, that are labelled as the application's for the resource `instance`. An error
// is what the cache could not answer.
StatusOr<std::vector<kube::Object>> labelled_pods(const runtime::Cache& cache, std::string_view application,
                                                  const kube::Key& instance);

}  // namespace toolhive
