// Quantities as Kubernetes writes them: "10Gi", "500m", "1e3".
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
#pragma once

#include <optional>
#include <string_view>

namespace toolhive::kube {

// The value in units of one; nothing when `text` is not a quantity. Exact up to 2^63, which is 8
// Ei.
std::optional<long double> parse_quantity(std::string_view text);

}  // namespace toolhive::kube
