// What the API server says against an operand, in terms of the Registry that it was made from.
// Pure.
#pragma once

#include <string>

#include "controller/kube/object/resource.hpp"

namespace toolhive {

// `message` is that of a Status, about an operand of `type`. Paths of the operand become the
// Registry's own ("spec.podTemplate.nodeSelector" for "spec.template.spec.nodeSelector"), and what
// leads to the first path goes. A message without such a path keeps its words, after the kind.
std::string refusal_text(const kube::ResourceType& type, const std::string& message);

}  // namespace toolhive
