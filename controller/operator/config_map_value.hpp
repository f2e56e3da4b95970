// One value of a ConfigMap, read from the API server.
#pragma once

#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"

namespace toolhive {

// NotFound when there is no such ConfigMap, no such key in it, or nothing but an empty value.
StatusOr<std::string> config_map_value(const Context& ctx, kube::Client& client, const kube::Key& config_map,
                                       const std::string& key);

}  // namespace toolhive
