// The rules for servers that are taken in from upstreams. Internal to the rules.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/store/rules.hpp"

namespace toolhive::registry {

// A PutServer with the word of an upstream.
Result<Decision> decide_taken_in(const Index& index, const PutServer& write, const StoreLimits& limits,
                                 std::string_view now);

// Why who publishes here does not change a version that was taken in.
Error not_published_here(const std::string& server, const Registration& version);

// Adds to `decision` that the versions of a server that were taken in, but for `replaced`, are
// deleted, because somebody publishes it here; where there are too many of them to be written anew,
// the rest is withdrawn. Returns the bytes of those that were there.
std::size_t give_up_taken_in(const Tool& server, const Registration* replaced, std::string_view now,
                             Decision& decision);

// Of the versions of a server those that `writer` may set the status of: none publishes here.
// Conflict when there are none.
Result<std::vector<std::shared_ptr<const Registration>>> versions_held_by(
    const std::string& server, std::vector<std::shared_ptr<const Registration>> versions,
    const std::optional<ManagedBy>& writer);

}  // namespace toolhive::registry
