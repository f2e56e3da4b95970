#pragma once

#include <string_view>

namespace toolhive::registry {

// The OpenAPI 3.1 document of the whole API: openapi.json beside this file, put in by the build.
extern const std::string_view kOpenApi;

}  // namespace toolhive::registry
