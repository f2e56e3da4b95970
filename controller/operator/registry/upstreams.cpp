#include "controller/operator/registry/upstreams.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/operator/registry/pod_parts.hpp"
#include "controller/operator/registry/url_port.hpp"

namespace toolhive {

namespace {

constexpr const char* kUpstreamsVolume = "upstreams";
constexpr const char* kUpstreamsFolder = "/etc/mcp-registry/upstreams";

// Of an upstream's files, below the folder.
std::string authority_path(const RegistryUpstream& upstream) {
  return upstream.name + "/ca.crt";
}
std::string token_path(const RegistryUpstream& upstream) {
  return upstream.name + "/token";
}
std::string header_path(const RegistryUpstream& upstream, std::size_t index) {
  return upstream.name + "/header-" + std::to_string(index);
}

std::string mounted(const std::string& path) {
  return std::string(kUpstreamsFolder) + "/" + path;
}

Json projected_value(const char* kind, const KeyRef& reference, const std::string& path) {
  return {{kind,
           {{"name", reference.name},
            {"items", Json::array({{{"key", reference.key}, {"path", path}}})},
            {"optional", true}}}};
}

void append_sources(const RegistryUpstream& upstream, Json& sources) {
  if (upstream.ca.config_map)
    sources.push_back(projected_value("configMap", *upstream.ca.config_map, authority_path(upstream)));
  if (upstream.ca.secret)
    sources.push_back(projected_value("secret", *upstream.ca.secret, authority_path(upstream)));
  if (upstream.token) sources.push_back(projected_value("secret", *upstream.token, token_path(upstream)));
  for (std::size_t i = 0; i < upstream.headers.size(); ++i)
    sources.push_back(projected_value("secret", upstream.headers[i].secret, header_path(upstream, i)));
}

Json settings_of(const RegistryUpstream& upstream) {
  Json settings = {{"name", upstream.name}, {"url", upstream.url}};
  if (!upstream.include.empty()) settings["include"] = upstream.include;
  if (!upstream.exclude.empty()) settings["exclude"] = upstream.exclude;
  if (!upstream.interval.empty()) settings["interval"] = upstream.interval;
  if (!upstream.full_interval.empty()) settings["fullInterval"] = upstream.full_interval;
  if (upstream.versions > 0) settings["versions"] = upstream.versions;
  if (upstream.ca.config_map || upstream.ca.secret) settings["caFile"] = mounted(authority_path(upstream));
  if (upstream.token) settings["tokenFile"] = mounted(token_path(upstream));
  for (std::size_t i = 0; i < upstream.headers.size(); ++i)
    settings["headers"].push_back(
        {{"name", upstream.headers[i].name}, {"valueFile", mounted(header_path(upstream, i))}});
  return settings;
}

}  // namespace

Json upstreams_section(const RegistrySpec& spec) {
  Json section;
  for (const RegistryUpstream& upstream : spec.upstreams) section.push_back(settings_of(upstream));
  return section;
}

void add_upstreams(const RegistrySpec& spec, Json& pod) {
  Json sources = Json::array();
  for (const RegistryUpstream& upstream : spec.upstreams) append_sources(upstream, sources);
  if (sources.empty()) return;
  pod["containers"][0]["volumeMounts"].push_back(
      {{"name", kUpstreamsVolume}, {"mountPath", kUpstreamsFolder}, {"readOnly", true}});
  pod["volumes"].push_back(
      {{"name", kUpstreamsVolume},
       {"projected", {{"defaultMode", kSecretFileMode}, {"sources", std::move(sources)}}}});
}

std::vector<int> upstream_ports(const RegistrySpec& spec) {
  std::vector<int> ports;
  for (const RegistryUpstream& upstream : spec.upstreams) {
    const int port = upstream.port > 0 ? static_cast<int>(upstream.port) : url_port(upstream.url);
    if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  }
  return ports;
}

}  // namespace toolhive
