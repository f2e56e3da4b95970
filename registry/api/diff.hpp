#pragma once

#include <string_view>

#include "registry/api/call.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// What changed between two versions of a tool, `from` and `to`: by default the latest one and the
// one before it.
Response get_diff(const Index& index, const Call& call);

}  // namespace toolhive::registry
