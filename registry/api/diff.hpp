#pragma once

#include <string_view>

#include "registry/api/message.hpp"
#include "registry/api/route.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

/// What changed between two versions of a tool, `from` and `to`: by default the latest one and the one before it.
Response get_diff(const Index& index, const Route& route, const Request& request, std::string_view query);

}  // namespace toolhive::registry
