#pragma once

#include "registry/base/result.hpp"
#include "registry/store/record.hpp"

namespace toolhive::registry {

// Computes the digest of a stored document anew: of server.json, or of a tool's definition. Corrupt
// when it differs.
Result<void> check_digest(const Record& record);

}  // namespace toolhive::registry
