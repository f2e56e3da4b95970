// The service account of a pod. Internal to the library.
#pragma once

#include <string>

#include "controller/base/status.hpp"
#include "controller/kube/config/config.hpp"

namespace toolhive::kube {

// `folder` holds token, ca.crt and namespace; `host` and `port` are those of the API server's
// Service.
StatusOr<Config> in_cluster_config(const std::string& folder, const std::string& host,
                                   const std::string& port);

}  // namespace toolhive::kube
