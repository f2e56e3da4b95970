// The contract of a tool: what of it its server offers, and the digests of it.
#pragma once

#include <string>
#include <string_view>

#include "controller/base/json.hpp"

namespace toolhive {

// The members of `tool` that are offered (name, title, description, inputSchema, outputSchema,
// annotations, icons, execution), under another name.
Json contract_of(const Json& tool, std::string_view name);

// "sha256:" and the SHA-256 of the contract's canonical form (RFC 8785): what the registry calls
// the contractDigest of such a definition.
std::string contract_digest(const Json& contract);

}  // namespace toolhive
