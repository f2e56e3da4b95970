// The rules for servers and the tools they bring. Internal to the rules.
#pragma once

#include <memory>
#include <vector>

#include "registry/store/rules.hpp"

namespace toolhive::registry {

Result<Decision> decide_server(const Index& index, const PutServer& write, const StoreLimits& limits,
                               std::string_view now);
void compare_ahead(const Index& index, PutServer& write);

// The tools of the latest version that is not deleted, once those of `changed` are, or are no more.
std::vector<Definition> tools_after(const Tool& server,
                                    const std::vector<std::shared_ptr<const Registration>>& changed,
                                    bool deleted);

// Adds to `decision` what a change of the status of some versions of a server means for its tools.
Result<void> follow_status(const Index& index, const Tool& server,
                           const std::vector<std::shared_ptr<const Registration>>& changed,
                           const SetStatus& write, const StoreLimits& limits, std::string_view now,
                           Decision& decision);

}  // namespace toolhive::registry
