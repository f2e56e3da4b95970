// The tools that a server brings, as part of what is written of it. Internal to the rules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/store/tool_rules.hpp"

namespace toolhive::registry {

// What a write has to know beside what it is about.
struct ServerTerms {
  const Index& index;
  const StoreLimits& limits;
  std::string_view now;
  const MayWrite& may_write;
  // What keeps a tool of a publication from being registered is the publisher's to mend; a version
  // that is the latest again comes without such a tool, also when it may not have its name any
  // more.
  bool strict;
  NamingPolicy naming = {};
};

// The tools of a server as writes of their own.
std::vector<Register> registrations_of(const std::vector<Definition>& tools,
                                       CompatibilityPolicy compatibility);

// Adds to `decision` what makes `wanted` the tools of the server, each in its version and no higher
// one. `growth`: what the write adds before them.
Result<void> set_tools(const ServerTerms& terms, const std::string& server,
                       const std::vector<Register>& wanted, Growth growth, Decision& decision);

// The tools in the stored document of a server's version, which were checked when it came.
std::vector<Definition> tools_in(const Registration& version);

}  // namespace toolhive::registry
