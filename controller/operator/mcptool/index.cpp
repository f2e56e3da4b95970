#include "controller/operator/mcptool/index.hpp"

#include "controller/operator/mcptool/claim.hpp"

namespace toolhive {

std::vector<std::string> index_by_registry(const kube::Object& mcptool) {
  const auto claim = claim_of(mcptool);
  return claim ? std::vector<std::string>{claim->registry.to_string()} : std::vector<std::string>{};
}

std::vector<std::string> index_by_claim(const kube::Object& mcptool) {
  const auto claim = claim_of(mcptool);
  if (!claim || claim->name.empty()) return {};
  return {claim->to_string()};
}

}  // namespace toolhive
