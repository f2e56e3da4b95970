#pragma once

#include <memory>
#include <string>

#include "registry/api/message.hpp"
#include "registry/base/result.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// What the reads of all resources have in common.

// Evaluates the conditions of a read (RFC 9110, section 13.2.2). True when the client has this
// state already; `response` is then the answer, else it carries the entity tag. Precondition when
// If-Match names other states.
Result<bool> not_modified(const Request& request, const std::string& tag, Response& response);

// Null when no version of the tool is live.
const Tool* find_live(const Index& index, const std::string& name);

// Differs whenever a version of the tool comes, changes or goes. Part of an entity tag.
std::string tag_of_versions(const Tool& tool);

Error no_tool(const std::string& name);

// That a tool has no such version, or has had it withdrawn.
Error no_version(const Tool& tool, const std::string& version);

}  // namespace toolhive::registry
