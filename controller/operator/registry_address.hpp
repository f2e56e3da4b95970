// Where a registry answers inside its cluster.
#pragma once

#include <string>
#include <string_view>

#include "controller/kube/object/resource.hpp"

namespace toolhive {

inline constexpr int kServicePort = 8080;

// The DNS name of its Service.
std::string internal_host(const kube::Key& registry);
// The URL that pods use.
std::string internal_url(const kube::Key& registry);
// What tokens for this registry alone are for. With the uid, so that one for a Registry that is
// gone is good for no other of its name.
std::string registry_audience(const kube::Key& registry, std::string_view uid);

}  // namespace toolhive
