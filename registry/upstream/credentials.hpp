#pragma once

#include "controller/mcp/http/http_client.hpp"
#include "registry/base/result.hpp"
#include "registry/upstream/settings.hpp"

namespace toolhive::registry::upstream {

// The headers that a request to the upstream has. Their files are read each time, so that a Secret
// that was rotated counts at once. Unavailable, naming the file and no secret, when one cannot be
// read.
Result<mcp::Headers> request_headers(const UpstreamSettings& settings);

}  // namespace toolhive::registry::upstream
