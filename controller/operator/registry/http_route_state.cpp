#include "controller/operator/registry/http_route_state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/operator/text.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Offered;

namespace {

constexpr const char* kGatewayGroup = "gateway.networking.k8s.io";
constexpr std::int64_t kHttpPort = 80;
constexpr std::int64_t kHttpsPort = 443;

bool is_gateway(const GatewayRef& ref) {
  return ref.group == kGatewayGroup && ref.kind == "Gateway";
}

// Of status.parents[].
struct ParentState {
  GatewayRef ref;
  // Null where the parent has not judged the HTTPRoute as it is.
  const Json* accepted = nullptr;
  const Json* resolved = nullptr;
};

std::int64_t integer_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

ParentState read_parent(const Json& entry, std::int64_t generation) {
  ParentState state;
  if (const Json* const ref = value_at(entry, "/parentRef"); ref && ref->is_object()) {
    state.ref.name = string_member(*ref, "name");
    state.ref.ns = string_member(*ref, "namespace");
    state.ref.section_name = string_member(*ref, "sectionName");
    state.ref.port = integer_member(*ref, "port");
  }
  const Json* const conditions = value_at(entry, "/conditions");
  if (!conditions || !conditions->is_array()) return state;
  for (const Json& condition : *conditions) {
    if (!condition.is_object() || integer_member(condition, "observedGeneration") != generation) continue;
    const std::string type = string_member(condition, "type");
    if (type == "Accepted") state.accepted = &condition;
    if (type == "ResolvedRefs") state.resolved = &condition;
  }
  return state;
}

bool is_true(const Json* condition) {
  return condition && string_member(*condition, "status") == "True";
}

std::string name_of_parent(const GatewayRef& ref) {
  return (ref.ns.empty() ? "" : ref.ns + "/") + ref.name +
         (ref.section_name.empty() ? "" : " (" + ref.section_name + ")");
}

// What a parent has against the HTTPRoute; nothing while it has not said no.
std::optional<std::string> objection(const ParentState& parent) {
  for (const Json* const condition : {parent.accepted, parent.resolved})
    if (condition && string_member(*condition, "status") == "False")
      return name_of_parent(parent.ref) + " refuses the HTTPRoute: " + string_member(*condition, "reason") +
             ": " + string_member(*condition, "message");
  return {};
}

// "*.example.com" is for whatever ends so.
bool fits(const std::string& pattern, const std::string& host) {
  if (pattern.empty() || host.empty() || pattern == host) return true;
  return pattern.starts_with("*.") && host.size() > pattern.size() - 1 && host.ends_with(pattern.substr(1));
}

bool is_wildcard(const std::string& host) {
  return host.starts_with("*");
}

struct Listener {
  bool https = true;
  std::int64_t port = kHttpsPort;
  std::string hostname;  // empty or a wildcard: any
};

// Of a Gateway that the operator may not look at.
Listener assumed(const GatewayRef& ref) {
  if (ref.port == kHttpPort) return {.https = false, .port = kHttpPort, .hostname = {}};
  return {.https = true, .port = ref.port == 0 ? kHttpsPort : ref.port, .hostname = {}};
}

// Of those that the parent stands for the first that speaks TLS, else the first.
Listener listener_of(const ParentState& parent, const std::string& ns, const std::string& host,
                     const std::vector<kube::Object>& gateways) {
  const kube::Key key{parent.ref.ns.empty() ? ns : parent.ref.ns, parent.ref.name};
  const auto gateway = std::find_if(gateways.begin(), gateways.end(),
                                    [&](const kube::Object& each) { return each.key() == key; });
  if (gateway == gateways.end()) return assumed(parent.ref);
  const Json document = gateway->json();
  const Json* const listeners = value_at(document, "/spec/listeners");
  std::optional<Listener> found;
  if (!listeners || !listeners->is_array()) return assumed(parent.ref);
  for (const Json& each : *listeners) {
    if (!each.is_object()) continue;
    const std::string protocol = string_member(each, "protocol");
    const Listener listener{.https = protocol == "HTTPS" || protocol == "TLS",
                            .port = integer_member(each, "port"),
                            .hostname = string_member(each, "hostname")};
    const bool meant =
        (parent.ref.section_name.empty() || parent.ref.section_name == string_member(each, "name")) &&
        (parent.ref.port == 0 || parent.ref.port == listener.port) && fits(listener.hostname, host);
    if (meant && (!found || (listener.https && !found->https))) found = listener;
  }
  return found.value_or(assumed(parent.ref));
}

// Empty where no host is known by name.
std::string url_of(const RegistrySpec::Exposure& spec, const ParentState& parent, const std::string& ns,
                   const std::vector<kube::Object>& gateways) {
  const auto named = std::find_if_not(spec.hostnames.begin(), spec.hostnames.end(), is_wildcard);
  std::string host = named == spec.hostnames.end() ? std::string() : *named;
  const Listener listener = listener_of(parent, ns, host, gateways);
  if (host.empty() && spec.hostnames.empty() && !is_wildcard(listener.hostname)) host = listener.hostname;
  if (host.empty()) return {};
  const bool usual = listener.port == (listener.https ? kHttpsPort : kHttpPort);
  return (listener.https ? "https://" : "http://") + host +
         (usual ? std::string() : ":" + std::to_string(listener.port)) + spec.path_prefix;
}

ExposureState judge(const RegistrySpec::Exposure& spec, const Json& route,
                    const std::vector<kube::Object>& gateways) {
  ExposureState state;
  state.exposed = ConditionValue::no(
      "HTTPRoutePending",
      "no Gateway has said that it serves the HTTPRoute as it is; look whether what spec.exposure.parentRefs "
      "names exists and has a controller");
  const Json* const parents = value_at(route, "/status/parents");
  if (!parents || !parents->is_array()) return state;
  const Json* const metadata = value_at(route, "/metadata");
  const std::int64_t generation = metadata ? integer_member(*metadata, "generation") : 0;
  for (const Json& entry : *parents) {
    if (!entry.is_object()) continue;
    const ParentState parent = read_parent(entry, generation);
    if (is_true(parent.accepted) && is_true(parent.resolved)) {
      state.url = url_of(spec, parent, text_at(route, "/metadata/namespace"), gateways);
      state.exposed = ConditionValue::yes("HTTPRouteAccepted",
                                          "the HTTPRoute is accepted by " + name_of_parent(parent.ref));
      return state;
    }
    if (const auto against = objection(parent))
      state.exposed = ConditionValue::no("HTTPRouteRefused", *against);
  }
  return state;
}

}  // namespace

Offered offers_http_routes(const Cluster& cluster) {
  for (const Offered offered : {Offered::Yes, Offered::Unknown})
    if (cluster.http_routes == offered || cluster.http_routes_beta == offered) return offered;
  return Offered::No;
}

StatusOr<std::vector<kube::Object>> read_gateways(const Context& ctx, kube::Client& client,
                                                  const RegistryInputs& inputs, const Cluster& cluster) {
  std::vector<kube::Object> gateways;
  const RegistrySpec::Exposure& exposure = inputs.spec.exposure;
  if (exposure.type != RegistrySpec::Exposure::Type::HTTPRoute || offers_http_routes(cluster) != Offered::Yes)
    return gateways;
  const auto& type = cluster.http_routes == Offered::Yes ? gateway_type() : gateway_beta_type();
  for (const GatewayRef& ref : exposure.parent_refs) {
    const kube::Key key{ref.ns.empty() ? inputs.key.ns : ref.ns, ref.name};
    if (!is_gateway(ref) || !is_dns_subdomain(key.name) || !is_dns_subdomain(key.ns)) continue;
    auto gateway = client.get(ctx, type, key);
    const Code code = gateway.status().code();
    if (code == Code::NotFound || code == Code::Forbidden) continue;
    if (!gateway.ok()) return gateway.status();
    gateways.push_back(*std::move(gateway));
  }
  return gateways;
}

ExposureState observe_http_route(const RegistrySpec::Exposure& spec, Offered offered, const Json* route,
                                 const std::vector<kube::Object>& gateways) {
  ExposureState state;
  if (offered == Offered::Unknown) {
    state.exposed = ConditionValue::unknown("HTTPRouteAPIUnknown",
                                            "the API server has not said whether it offers HTTPRoutes");
  } else if (offered == Offered::No) {
    state.exposed =
        ConditionValue::no("HTTPRouteAPIMissing",
                           "this cluster does not offer HTTPRoutes; install the Gateway API, or set "
                           "spec.exposure.type to Ingress or None");
  } else if (!route) {
    state.exposed = ConditionValue::no("HTTPRoutePending", "the HTTPRoute does not exist yet");
  } else {
    state = judge(spec, *route, gateways);
  }
  return state;
}

}  // namespace toolhive
