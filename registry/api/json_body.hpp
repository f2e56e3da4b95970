#pragma once

#include "registry/api/message.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry {

// Whether the body is declared to be JSON.
Result<void> check_json_body(const Request& request);

}  // namespace toolhive::registry
