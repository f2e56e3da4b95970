#include "controller/operator/mcptool/index.hpp"

#include "controller/operator/mcptool/claim.hpp"
#include "crds/mcptool.hpp"

namespace toolhive {

namespace {

std::vector<std::string> index_registry(const kube::Object& object) {
  const auto claim = claim_of(object);
  return claim ? std::vector<std::string>{claim->registry.to_string()} : std::vector<std::string>{};
}

std::vector<std::string> index_claim(const kube::Object& object) {
  const auto claim = claim_of(object);
  return claim ? std::vector<std::string>{claim->to_string()} : std::vector<std::string>{};
}

}  // namespace

Status index_tools(runtime::Cache& cache) {
  if (const Status declared = cache.declare(mcptool_type()); !declared.ok()) return declared;
  const Status added = cache.add_index(mcptool_type(), kRegistryIndex, index_registry);
  return added.ok() ? cache.add_index(mcptool_type(), kClaimIndex, index_claim) : added;
}

}  // namespace toolhive
