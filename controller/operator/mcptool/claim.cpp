#include "controller/operator/mcptool/claim.hpp"

#include <simdjson.h>

#include <algorithm>
#include <tuple>

namespace toolhive {

namespace {

std::string_view text(simdjson::simdjson_result<simdjson::dom::element> value) {
  std::string_view found;
  return value.get(found) == simdjson::SUCCESS ? found : std::string_view();
}

// Whether what is registered is what a server offers.
bool has_live_tools(simdjson::simdjson_result<simdjson::dom::element> spec) {
  if (spec["server"].error() != simdjson::SUCCESS) return false;
  const bool is_read = text(spec["probe"]["mode"]) != "Disabled";
  return is_read || spec["definition"].error() != simdjson::SUCCESS;
}

}  // namespace

std::string NameClaim::to_string() const {
  return registry.to_string() + "/" + name;
}

std::optional<NameClaim> claim_of(const kube::Object& mcptool) {
  static thread_local simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(mcptool.bytes().data(), mcptool.bytes().size()).get(document) != simdjson::SUCCESS)
    return std::nullopt;
  const auto spec = document["spec"];
  NameClaim claim;
  claim.registry.name = text(spec["registryRef"]["name"]);
  if (claim.registry.name.empty()) return std::nullopt;
  claim.registry.ns = text(spec["registryRef"]["namespace"]);
  if (claim.registry.ns.empty()) claim.registry.ns = mcptool.meta().ns;
  if (has_live_tools(spec)) return claim;
  claim.name = text(spec["definition"]["name"]);
  if (claim.name.empty()) claim.name = mcptool.meta().name;
  return claim;
}

const kube::Object* holder(const std::vector<kube::Object>& claimants) {
  const auto age = [](const kube::Object& object) {
    // RFC 3339 in UTC, as the API server writes it, sorts as text.
    return std::tie(object.meta().creation_timestamp, object.meta().uid);
  };
  const auto oldest =
      std::min_element(claimants.begin(), claimants.end(),
                       [&](const kube::Object& a, const kube::Object& b) { return age(a) < age(b); });
  return oldest == claimants.end() ? nullptr : &*oldest;
}

}  // namespace toolhive
