// What of a Config a transport cannot work with. Internal: include from transport*.cpp only.
#pragma once

#include "controller/kube/config.hpp"
#include "controller/kube/server_url.hpp"
#include "controller/kube/status.hpp"

namespace kube {

// Invalid names the field and what to do: secrets that would go unencrypted, characters that no header may hold, a
// proxy that is not supported. `url` is that of `config`.
Status check_transport_config(const Config& config, const ServerUrl& url);

}  // namespace kube
