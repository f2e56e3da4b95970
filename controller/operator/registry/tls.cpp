#include "controller/operator/registry/tls.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/pod_parts.hpp"
#include "controller/operator/registry/shared_files.hpp"

namespace toolhive {

namespace {

using Source = RegistryTls::Source;

constexpr const char* kCertificateVolume = "tls";
constexpr const char* kCertificateFolder = "/etc/mcp-registry/tls";
constexpr const char* kAuthorityVolume = "authority";
constexpr const char* kAuthorityFolder = "/etc/mcp-registry/authority";
constexpr const char* kServingCertificateFile = "tls.crt";
constexpr const char* kServingKeyFile = "tls.key";
constexpr const char* kAuthoritiesKey = "ca.crt";
constexpr const char* kClientAuthoritiesVolume = "client-authorities";
constexpr const char* kClientAuthoritiesFolder = "/etc/mcp-registry/client-authorities";
// Where OpenShift's service CA puts its authorities.
constexpr const char* kServiceCaKey = "service-ca.crt";
constexpr const char* kInjectServiceCa = "service.beta.openshift.io/inject-cabundle";

std::string file_in(const char* folder, const char* name) {
  return std::string(folder) + "/" + name;
}

void mount_volume(Json volume, const char* folder, Json& pod) {
  pod["containers"][0]["volumeMounts"].push_back(
      {{"name", volume["name"]}, {"mountPath", folder}, {"readOnly", true}});
  pod["volumes"].push_back(std::move(volume));
}

// One key alone, under the name that the service's settings have.
Json client_authorities_volume(const RegistryTls::ClientAuthentication& clients) {
  Json volume = {{"name", kClientAuthoritiesVolume}};
  const auto items = [](const RegistryTls::ClientAuthority& authority) {
    return Json::array({{{"key", authority.key}, {"path", kAuthoritiesKey}}});
  };
  if (clients.config_map)
    volume["configMap"] = {{"name", clients.config_map->name}, {"items", items(*clients.config_map)}};
  if (clients.secret)
    volume["secret"] = {{"secretName", clients.secret->name}, {"items", items(*clients.secret)}};
  return volume;
}

}  // namespace

bool asks_for_certificates(const RegistrySpec& spec) {
  return spec.tls && spec.tls->client_authentication;
}

const ServedPort& port_of(const RegistryInputs& inputs) {
  return served_port(inputs.spec.tls.has_value());
}

std::optional<AuthorityRef> authority_of(const RegistryInputs& inputs) {
  const auto& tls = inputs.spec.tls;
  if (!tls) return std::nullopt;
  if (tls->ca) return AuthorityRef{tls->ca->name, tls->ca->key};
  return AuthorityRef{authority_config_map_name(inputs.key),
                      tls->source == Source::ServiceCA ? kServiceCaKey : kAuthoritiesKey};
}

RegistryEndpoint endpoint_of(const RegistryInputs& inputs) {
  return {audience_of(inputs), authority_of(inputs)};
}

std::string serving_secret(const RegistryInputs& inputs) {
  const auto& tls = inputs.spec.tls;
  if (!tls) return {};
  if (tls->source == Source::Secret) return tls->secret;
  // Apart, so that whoever writes the one does not find the other's.
  return inputs.key.name + (tls->source == Source::SelfSigned ? "-tls" : "-serving-cert");
}

std::vector<std::string> serving_names(const kube::Key& registry) {
  const std::string host = internal_host(registry);
  return {host, host + ".cluster.local", registry.name + "." + registry.ns, registry.name};
}

Json tls_section(const RegistryInputs& inputs) {
  if (!inputs.spec.tls) return {};
  Json section = {{"certFile", file_in(kCertificateFolder, kServingCertificateFile)},
                  {"keyFile", file_in(kCertificateFolder, kServingKeyFile)}};
  if (asks_for_certificates(inputs.spec))
    section["clientCAFiles"] = Json::array({file_in(kClientAuthoritiesFolder, kAuthoritiesKey),
                                            file_in(kServerFolder, kOperatorCertificatesFile)});
  if (has_shared_files(inputs.spec)) {
    section["replicaCAFile"] = file_in(kAuthorityFolder, kAuthoritiesKey);
    section["replicaServerName"] = internal_host(inputs.key);
  }
  return section;
}

// These two alone: nothing else that the Secret may have is in the pod.
void add_certificate(const RegistryInputs& inputs, Json& pod) {
  if (!inputs.spec.tls) return;
  const auto item = [](const char* key) { return Json{{"key", key}, {"path", key}}; };
  mount_volume({{"name", kCertificateVolume},
                {"secret",
                 {{"secretName", serving_secret(inputs)},
                  {"defaultMode", kSecretFileMode},
                  {"items", Json::array({item(kServingCertificateFile), item(kServingKeyFile)})}}}},
               kCertificateFolder, pod);
  if (asks_for_certificates(inputs.spec))
    mount_volume(client_authorities_volume(*inputs.spec.tls->client_authentication), kClientAuthoritiesFolder,
                 pod);
}

// Of replicas that share files one is asked by the others, which trust it as other clients do.
void add_authority(const RegistryInputs& inputs, Json& pod) {
  const auto authority = authority_of(inputs);
  if (!authority || !has_shared_files(inputs.spec)) return;
  mount_volume({{"name", kAuthorityVolume},
                {"configMap",
                 {{"name", authority->config_map},
                  {"items", Json::array({Json{{"key", authority->key}, {"path", kAuthoritiesKey}}})}}}},
               kAuthorityFolder, pod);
}

Json scrape_tls(const RegistryInputs& inputs) {
  const auto authority = authority_of(inputs);
  if (!authority) return {};
  Json scrape = {{"ca", {{"configMap", {{"name", authority->config_map}, {"key", authority->key}}}}},
                 {"serverName", internal_host(inputs.key)}};
  if (const std::string& own = inputs.spec.monitoring.client_certificate; !own.empty()) {
    scrape["cert"] = {{"secret", {{"name", own}, {"key", kServingCertificateFile}}}};
    scrape["keySecret"] = {{"name", own}, {"key", kServingKeyFile}};
  }
  return scrape;
}

Json authority_config_map(const RegistryInputs& inputs) {
  Json map = {{"metadata", operand_metadata(inputs, authority_config_map_name(inputs.key))}};
  if (inputs.spec.tls && inputs.spec.tls->source == Source::ServiceCA) {
    map["metadata"]["annotations"][kInjectServiceCa] = "true";
  } else {
    map["data"][kAuthoritiesKey] = inputs.authorities;
  }
  return map;
}

Json certificate(const RegistryInputs& inputs) {
  const RegistryTls::Issuer issuer =
      inputs.spec.tls ? inputs.spec.tls->issuer.value_or(RegistryTls::Issuer()) : RegistryTls::Issuer();
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"secretName", serving_secret(inputs)},
            {"dnsNames", serving_names(inputs.key)},
            {"privateKey", {{"algorithm", "ECDSA"}, {"size", 256}, {"rotationPolicy", "Always"}}},
            {"usages", Json::array({"digital signature", "server auth"})},
            {"issuerRef", {{"name", issuer.name}, {"kind", issuer.kind}, {"group", issuer.group}}}}}};
}

}  // namespace toolhive
