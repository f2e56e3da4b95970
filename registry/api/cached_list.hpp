#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "registry/api/list_cache.hpp"
#include "registry/api/message.hpp"
#include "registry/auth/permit.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

/// Writes a list. `permit` says what may be on it; null for everything.
using RenderList = std::function<std::string(const auth::Permit* permit)>;

/// The answer to a request for a list: 304 when the client has it, ready-made bytes when they are there, else `render`'s, which are
/// kept. A list that leaves something out is another one than the whole, with a tag of its own, for each that leaves out something else.
Response cached_list(const Index& index, const Request& request, std::string_view raw_query, ListCache& cache,
                     const RenderList& render);

}  // namespace toolhive::registry
