#pragma once

#include "registry/base/result.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// Whether a record of another store, whose form and digest were checked, is one that this registry
// could have written itself: a name, a definition or a server.json that it takes from clients, and
// of its own members what it gives them. Of a withdrawn version the name counts alone. Invalid,
// with the name, the member and what is wrong with it. Thread safe.
Result<void> check_restored(const Restore& restore, const ToolPolicy& policy);

}  // namespace toolhive::registry
