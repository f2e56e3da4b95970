// Where a registry answers inside its cluster.
#pragma once

#include <string>

#include "controller/kube/object/resource.hpp"

namespace toolhive {

inline constexpr int kServicePort = 8080;

// The DNS name of its Service.
std::string internal_host(const kube::Key& registry);
// The URL that pods use.
std::string internal_url(const kube::Key& registry);

}  // namespace toolhive
