#include "controller/operator/live/contract.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/canonical_json.hpp"
#include "controller/base/sha256.hpp"

namespace toolhive {

Json contract_of(const Json& tool, std::string_view name) {
  Json contract = {{"name", name}};
  for (const char* member :
       {"title", "description", "inputSchema", "outputSchema", "annotations", "icons", "execution"})
    if (const auto found = tool.find(member); found != tool.end()) contract[member] = *found;
  return contract;
}

std::string contract_digest(const Json& contract) {
  return "sha256:" + sha256_hex(canonical_json(contract));
}

}  // namespace toolhive
