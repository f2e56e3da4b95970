#pragma once

#include "registry/api/budget.hpp"
#include "registry/api/call.hpp"
#include "registry/api/list_cache.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// What is registered in forms that clients take as they are. Each has every server that the reader
// may read in its latest version, unless that is deprecated or deleted. Invalid when there are more
// than an answer may hold. To be called when ready_list() has no answer.

// The member allowedMcpServers of a managed-settings.json, as Claude Code and GitHub Copilot read
// it.
Response get_managed_settings(const Index& index, const Call& call, ListCache& cache, Budget budget);

// An AI Catalog (https://github.com/Agent-Card/ai-catalog) of MCP Server Cards (SEP-2127), drafts
// both.
Response get_ai_catalog(const Index& index, const Call& call, ListCache& cache, Budget budget);

}  // namespace toolhive::registry
