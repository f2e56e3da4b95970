#include "controller/operator/discovery/discovered_tool.hpp"

#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "controller/base/sha256.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/claim.hpp"

namespace toolhive {

namespace {

constexpr std::size_t kLongestStem = 48;
constexpr std::size_t kDigestBytes = 5;

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

// Without a document tree, as the index asks it of every MCPTool.
std::string server_url(const kube::Object& tool) {
  static thread_local simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view url;
  if (parser.parse(tool.bytes().data(), tool.bytes().size()).get(document) != simdjson::SUCCESS ||
      document.at_pointer("/spec/server/remote/url").get(url) != simdjson::SUCCESS)
    return {};
  return std::string(url);
}

Json tools_of(const FoundServer& server, const RegistrySpec::Discovery& spec) {
  Json tools = {{"prefix", server.prefix}};
  if (!spec.include.empty()) tools["include"] = spec.include;
  if (!spec.exclude.empty()) tools["exclude"] = spec.exclude;
  return tools;
}

}  // namespace

std::string discovered_name(const Source& source, const kube::Key& registry, std::string_view object) {
  std::string stem(object.substr(0, kLongestStem));
  while (stem.ends_with('-') || stem.ends_with('.')) stem.pop_back();
  const std::string whole =
      std::string(source.name) + "\n" + registry.to_string() + "\n" + std::string(object);
  return stem + "-" + to_hex(sha256(whole), kDigestBytes);
}

Json discovered_intent(const Source& source, const kube::Object& object, const FoundServer& server,
                       const kube::Key& registry, const RegistrySpec::Discovery& spec) {
  Json intent = {{"metadata",
                  {{"name", discovered_name(source, registry, object.meta().name)},
                   {"namespace", object.meta().ns},
                   {"labels", {{kDiscoveredFromLabel, source.name}, {kManagedByLabel, kOperatorName}}}}},
                 {"spec",
                  {{"registryRef", {{"name", registry.name}, {"namespace", registry.ns}}},
                   {"server", {{"remote", {{"url", server.url}}}}},
                   {"tools", tools_of(server, spec)}}}};
  if (!spec.contract_mode.empty()) intent["spec"]["contract"] = {{"mode", spec.contract_mode}};
  return intent;
}

const Source* source_of(const kube::Object& tool) {
  const auto label = tool.meta().labels.get(kDiscoveredFromLabel);
  const kube::OwnerReference* controller = tool.meta().controller();
  const Source* source = label && controller ? find_source(*label) : nullptr;
  if (!source) return nullptr;
  const kube::ResourceType& type = source->resource.types.front();
  return controller->kind == type.kind && group_of(controller->api_version) == type.group ? source : nullptr;
}

std::vector<std::string> index_discovered(const kube::Object& tool) {
  const auto claim = source_of(tool) ? claim_of(tool) : std::nullopt;
  return claim ? std::vector<std::string>{claim->registry.to_string()} : std::vector<std::string>{};
}

std::vector<std::string> index_by_server(const kube::Object& tool) {
  const auto claim = claim_of(tool);
  const std::string url = claim ? server_url(tool) : std::string();
  return url.empty() ? std::vector<std::string>{}
                     : std::vector<std::string>{server_index_value(claim->registry, url)};
}

std::string server_index_value(const kube::Key& registry, const std::string& url) {
  return registry.to_string() + " " + comparable_url(url);
}

}  // namespace toolhive
