// What the registry says of itself: whether it lives and is ready, its metrics, version and OpenAPI
// document.
#pragma once

#include "registry/api/api_state.hpp"
#include "registry/api/call.hpp"

namespace toolhive::registry {

// 503 while the store is read.
Response starting();

Response get_health(ApiState& state, const Call& call);
Response get_ready(ApiState& state, const Call& call);
Response get_metrics(ApiState& state, const Call& call);
Response get_openapi(ApiState& state, const Call& call);
Response get_program(ApiState& state, const Call& call);
Response get_resource_metadata(ApiState& state, const Call& call);

// Of the official registry API.
Response get_ping(ApiState& state, const Call& call);
Response get_servers_program(ApiState& state, const Call& call);
Response log_in(ApiState& state, const Call& call);

}  // namespace toolhive::registry
