#pragma once

#include <memory>
#include <optional>
#include <string>

#include "controller/base/sha256.hpp"
#include "registry/base/result.hpp"
#include "registry/model/json.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// One of two tools that are compared: a version that is registered, or a definition that is not.
struct ComparedTool {
  std::string name;
  std::string version;                    // Empty for a definition that says none.
  std::optional<Sha256> contract_digest;  // None where an earlier program registered it.
  std::shared_ptr<const Json> document;   // Never null.
};

// What is registered, read from its document.
Result<ComparedTool> compared_tool(const std::string& name, const Registration& registration);

// The answer to a comparison, of at most 600 KiB or so, whatever the tools hold: the name of `to`,
// the versions and contract digests there are, and what differs, as diff_tools() has it. Takes as
// long as schemas take to compare.
std::string render_comparison(const ComparedTool& from, const ComparedTool& to);

}  // namespace toolhive::registry
