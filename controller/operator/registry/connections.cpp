#include "controller/operator/registry/connections.hpp"

#include <nlohmann/json.hpp>

namespace toolhive {

namespace {

constexpr const char* kUrlFile = "uri";
constexpr const char* kAuthorityFile = "ca.crt";
constexpr const char* kCertificateFile = "tls.crt";
constexpr const char* kCertificateKeyFile = "tls.key";

// Only the keys that are named, so that nothing else of a Secret is in the pod.
Json source(const std::string& secret, const Json& items) {
  return {{"secret", {{"name", secret}, {"items", items}}}};
}
Json item(const std::string& key, const char* file) {
  return {{"key", key}, {"path", file}};
}

Connection connection(const char* name, const UrlSecret& url, const std::optional<AuthoritySecret>& authority,
                      std::int64_t port, Json& settings) {
  Connection made{.name = name,
                  .folder = std::string("/etc/mcp-registry/") + name,
                  .sources = Json::array({source(url.name, Json::array({item(url.key, kUrlFile)}))}),
                  .settings = {},
                  .port = port};
  settings["urlFile"] = made.folder + "/" + kUrlFile;
  if (authority) {
    made.sources.push_back(source(authority->name, Json::array({item(authority->key, kAuthorityFile)})));
    settings["caFile"] = made.folder + "/" + kAuthorityFile;
  }
  return made;
}

Connection database(const PostgreSQLSpec& spec) {
  Json settings;
  Connection made = connection(kDatabaseVolume, spec.url, spec.authority, spec.port, settings);
  if (!spec.client_certificate.empty()) {
    const Json files = Json::array(
        {item(kCertificateFile, kCertificateFile), item(kCertificateKeyFile, kCertificateKeyFile)});
    made.sources.push_back(source(spec.client_certificate, files));
    settings["certFile"] = made.folder + "/" + kCertificateFile;
    settings["keyFile"] = made.folder + "/" + kCertificateKeyFile;
  }
  made.settings["database"] = std::move(settings);
  return made;
}

Connection cache(const RedisSpec& spec) {
  Json settings;
  Connection made = connection("cache", spec.url, spec.authority, spec.port, settings);
  settings["ttl"] = std::to_string(spec.ttl_seconds) + "s";
  made.settings["cache"]["redis"] = std::move(settings);
  return made;
}

}  // namespace

std::vector<Connection> connections(const RegistrySpec& spec) {
  std::vector<Connection> made;
  if (spec.storage.is_files()) return made;
  if (spec.storage.postgresql) made.push_back(database(*spec.storage.postgresql));
  if (spec.redis) made.push_back(cache(*spec.redis));
  return made;
}

}  // namespace toolhive
