// What of a Config a transport cannot work with. Internal: include from transport*.cpp only.
#pragma once

#include "controller/base/status.hpp"
#include "controller/kube/config/config.hpp"
#include "controller/kube/config/server_url.hpp"

namespace toolhive::kube {

// Invalid names the field and what to do: secrets that would go unencrypted, characters that no
// header may hold, a proxy that is not supported. `url` is that of `config`.
Status check_transport_config(const Config& config, const ServerUrl& url);

}  // namespace toolhive::kube
