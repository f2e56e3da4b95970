#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/tls.hpp"

namespace toolhive {

namespace {

// Lists of an HTTPRoute are one field each to server-side apply: what the API server would fill in
// is written, so that what it has is what is declared.
Json parent_ref(const GatewayRef& ref) {
  Json parent = {{"group", ref.group}, {"kind", ref.kind}, {"name", ref.name}};
  if (!ref.ns.empty()) parent["namespace"] = ref.ns;
  if (!ref.section_name.empty()) parent["sectionName"] = ref.section_name;
  if (ref.port != 0) parent["port"] = ref.port;
  return parent;
}

Json path_match(const char* type, const std::string& path) {
  return Json::array({{{"path", {{"type", type}, {"value", path}}}}});
}

Json serve(const RegistryInputs& inputs) {
  const std::string& prefix = inputs.spec.exposure.path_prefix;
  Json rule = {{"matches", path_match("PathPrefix", prefix.empty() ? "/" : prefix)},
               {"backendRefs", Json::array({{{"group", ""},
                                             {"kind", "Service"},
                                             {"name", inputs.key.name},
                                             {"port", port_of(inputs).number},
                                             {"weight", 1}}})}};
  if (prefix.empty()) return rule;
  const Json path = {{"type", "ReplacePrefixMatch"}, {"replacePrefixMatch", "/"}};
  const Json header = Json::array({{{"name", "X-Forwarded-Prefix"}, {"value", prefix}}});
  rule["filters"] =
      Json::array({{{"type", "URLRewrite"}, {"urlRewrite", {{"path", path}}}},
                   {{"type", "RequestHeaderModifier"}, {"requestHeaderModifier", {{"set", header}}}}});
  return rule;
}

// The links of the page are relative to its folder.
Json lead_into_folder(const std::string& prefix) {
  const Json path = {{"type", "ReplaceFullPath"}, {"replaceFullPath", prefix + "/"}};
  return {{"matches", path_match("Exact", prefix)},
          {"filters", Json::array({{{"type", "RequestRedirect"},
                                    {"requestRedirect", {{"path", path}, {"statusCode", 302}}}}})}};
}

}  // namespace

Json http_route(const RegistryInputs& inputs) {
  const RegistrySpec::Exposure& exposure = inputs.spec.exposure;
  Json metadata = operand_metadata(inputs, inputs.key.name);
  if (!exposure.annotations.empty()) metadata["annotations"] = exposure.annotations;
  Json parents = Json::array();
  for (const GatewayRef& ref : exposure.parent_refs) parents.push_back(parent_ref(ref));
  Json rules = Json::array({serve(inputs)});
  if (!exposure.path_prefix.empty()) rules.push_back(lead_into_folder(exposure.path_prefix));
  Json spec = {{"parentRefs", std::move(parents)}, {"rules", std::move(rules)}};
  if (!exposure.hostnames.empty()) spec["hostnames"] = exposure.hostnames;
  return {{"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

}  // namespace toolhive
