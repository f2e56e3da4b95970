#include "controller/operator/registry/authentication.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/url_port.hpp"

namespace toolhive {

namespace {

using Mode = RegistryAuth::Mode;

constexpr const char* kIssuerFolder = "/etc/mcp-registry/issuer";
constexpr const char* kCaFile = "ca.crt";
// Where the service looks for them by itself.
constexpr const char* kServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
// Of the token with which it asks the API server about others; the kubelet renews it.
constexpr int kOwnTokenSeconds = 3600;
constexpr int kHttpsPort = 443;
// Where the API server itself mostly listens: policies see the port behind its Service.
constexpr int kApiServerPort = 6443;

const char* service_word(Mode mode) {
  return mode == Mode::OIDC ? "oidc" : mode == Mode::Kubernetes ? "kubernetes" : "none";
}

Json key_to_path(const std::string& key, const char* path) {
  return Json::array({{{"key", key}, {"path", path}}});
}

Json issuer_ca_volume(const Authorities& ca) {
  Json volume = {{"name", "issuer-ca"}};
  if (ca.config_map)
    volume["configMap"] = {{"name", ca.config_map->name},
                           {"items", key_to_path(ca.config_map->key, kCaFile)}};
  if (ca.secret)
    volume["secret"] = {{"secretName", ca.secret->name}, {"items", key_to_path(ca.secret->key, kCaFile)}};
  return volume;
}

Json api_server_volume() {
  const Json token = {{"serviceAccountToken", {{"path", "token"}, {"expirationSeconds", kOwnTokenSeconds}}}};
  const Json ca = {{"configMap", {{"name", "kube-root-ca.crt"}, {"items", key_to_path(kCaFile, kCaFile)}}}};
  return {{"name", "api-server"}, {"projected", {{"sources", Json::array({token, ca})}}}};
}

void add_volume(Json volume, const char* folder, Json& pod) {
  pod["containers"][0]["volumeMounts"].push_back(
      {{"name", volume["name"]}, {"mountPath", folder}, {"readOnly", true}});
  pod["volumes"].push_back(std::move(volume));
}

}  // namespace

Json auth_section(const RegistryInputs& inputs) {
  const RegistryAuth& auth = inputs.spec.auth;
  Json section = *auth.declared;
  section["mode"] = service_word(auth.mode);
  if (auth.mode == Mode::OIDC) {
    Json oidc = section.value("oidc", Json::object());
    oidc.erase("ca");
    oidc["caFile"] = std::string(kIssuerFolder) + "/" + kCaFile;
    section["oidc"] = std::move(oidc);
  }
  section["operator"] = {{"audience", audience_of(inputs)},
                         {"jwksFile", std::string(kConfigFolder) + "/" + kOperatorKeysFile}};
  return section;
}

void add_authentication(const RegistryInputs& inputs, Json& pod) {
  const RegistryAuth& auth = inputs.spec.auth;
  if (auth.mode == Mode::OIDC) add_volume(issuer_ca_volume(auth.issuer_ca), kIssuerFolder, pod);
  if (auth.mode == Mode::Kubernetes) add_volume(api_server_volume(), kServiceAccountFolder, pod);
}

std::vector<int> authentication_ports(const RegistryInputs& inputs) {
  const RegistryAuth& auth = inputs.spec.auth;
  if (auth.mode == Mode::Kubernetes) return {kHttpsPort, kApiServerPort};
  if (auth.mode == Mode::None) return {};
  const int port = url_port(auth.issuer);
  return port == kHttpsPort ? std::vector{kHttpsPort} : std::vector{kHttpsPort, port};
}

}  // namespace toolhive
