#include "controller/plugin/registry_api.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/json_text.hpp"
#include "controller/plugin/kinds.hpp"

namespace toolhive::plugin {

RegistryName registry_of(const Json& tool) {
  const std::string ns = text_at(tool, "/spec/registryRef/namespace");
  return {.ns = ns.empty() ? text_at(tool, "/metadata/namespace") : ns,
          .name = text_at(tool, "/spec/registryRef/name")};
}

namespace {

// By the name of the Service's port, which is also the scheme.
StatusOr<std::string> get_by(const Session& session, const RegistryName& registry, const std::string& port,
                             const std::string& target) {
  return session.kubectl.run(session.ctx, {"get", "--raw",
                                           "/api/v1/namespaces/" + registry.ns + "/services/" + port + ":" +
                                               registry.name + ":" + port + "/proxy" + target});
}

// The API server's word where the Service has no port of that name.
bool lacks_port(const Status& failed) {
  return failed.message().find("no service port") != std::string::npos;
}

// Looked at only after a refusal, for the API server hides the registry's own words. Whoever may not
// read Registries is left with those of the API server.
bool asks_for_certificates(const Session& session, const RegistryName& registry) {
  const auto found =
      session.kubectl.get(session.ctx, {kRegistries, registry.name, "--namespace=" + registry.ns});
  return found.ok() && value_at(*found, "/spec/tls/clientAuthentication") != nullptr;
}

Status no_certificate_to_show(const RegistryName& registry) {
  return {Code::Forbidden,
          "the registry " + registry.name +
              " asks clients for a certificate (spec.tls.clientAuthentication), and the API server, through "
              "which this goes, shows none; ask it yourself: kubectl -n " +
              registry.ns + " port-forward service/" + registry.name +
              " 8443, and curl with --cert, --key, --cacert and --connect-to"};
}

}  // namespace

StatusOr<Json> get_from(const Session& session, const RegistryName& registry, const std::string& target) {
  StatusOr<std::string> text = get_by(session, registry, "http", target);
  const bool tls = !text.ok() && lacks_port(text.status());
  if (tls) text = get_by(session, registry, "https", target);
  if (tls && !text.ok() && asks_for_certificates(session, registry)) return no_certificate_to_show(registry);
  if (!text.ok())
    return text.status().with_context("reading " + target + " of the registry " + registry.name);
  StatusOr<Json> document = kube::parse_json(*text);
  if (!document.ok()) return document.status().with_context("reading " + target + " of " + registry.name);
  return document;
}

}  // namespace toolhive::plugin
