// What others added to an operand beside what the operator declares of it. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// The fields and list entries of `live` that neither `intent` has nor the API server fills in by
// itself, as paths such as "spec.template.spec.containers[registry].command". Only those are looked
// for that decide how the registry runs and is reached: of a Deployment its pods' spec, of a
// Service its spec; of other types nothing is answered. Lists that are declared as a whole are not
// looked into.
std::vector<std::string> additions(const kube::ResourceType& type, const Json& live, const Json& intent);

}  // namespace toolhive
