// What of a pod's intent is the same for all that the operator runs. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "crds/pod_settings.hpp"

namespace toolhive {

// The resources of a container: `otherwise` unless the spec has some, which replace all of it.
Json container_resources(const std::optional<Resources>& given, Json otherwise);

// The securityContext of a container under the restricted Pod Security Standard.
Json restricted_container(bool read_only_root);

// The first key of a pod template's labels or annotations that only the operator sets.
std::optional<std::string> reserved_label(const StringMap& labels);
std::optional<std::string> reserved_annotation(const StringMap& annotations);

// Adds what a spec says of its pods to a pod's spec.
void add_pod_settings(const std::vector<std::string>& image_pull_secrets, const PodTemplate& settings,
                      Json& pod);

}  // namespace toolhive
