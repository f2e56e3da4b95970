#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "registry/api/call.hpp"
#include "registry/api/list_cache.hpp"
#include "registry/api/message.hpp"
#include "registry/auth/permit.hpp"
#include "registry/base/result.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// What the reader may do; null when that is to read everything.
const auth::Permit* limits_of_reader(const Call& call);

// A list that leaves something out is another one than the whole, for each that leaves out
// something else. Its tag is of what it shows, so that it tells nothing of the rest; that of the
// whole is of the state of the index.

// The answer to a request for a list whose bytes are ready, or 304. None when they have to be made.
std::optional<Response> ready_list(const Index& index, const Call& call, ListCache& cache);

// Writes a list. `permit` says what may be on it; null for everything.
using RenderList = std::function<Result<std::string>(const auth::Permit* permit)>;

// The answer when ready_list() had none: 304 when the client has it, else `render`'s bytes, which
// are kept.
Response make_list(const Index& index, const Call& call, ListCache& cache, const RenderList& render,
                   std::string_view content_type = kJson);

}  // namespace toolhive::registry
