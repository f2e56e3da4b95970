#pragma once

#include "registry/api/message.hpp"
#include "registry/api/route.hpp"

namespace toolhive::registry {

// GET of the page at `/`, and of what it is made of at `/ui/{name}`. It needs no store, and holds
// nothing that the registry holds: the page asks for that as any client does.
Response get_page(const Route& route, const Request& request);

}  // namespace toolhive::registry
