// The operands of a Registry.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/operands.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

const Json& container(const Json& deployment) {
  return at(deployment, "/spec/template/spec/containers/0");
}

TEST_CASE("operands have the documented names, the Registry's namespace and the labels of their owner") {
  const RegistryInputs given = inputs();
  const std::vector<std::pair<Json, std::string>> operands = {
      {service_account(given), "mcp-registry"},
      {persistent_volume_claim(given), "mcp-registry-data"},
      {registry_config_map(given), "mcp-registry-config"},
      {server_config_map(given), "mcp-registry-server"},
      {deployment(given), "mcp-registry"},
      {service(given), "mcp-registry"},
      {route(given), "mcp-registry"},
      {network_policy(given), "mcp-registry"},
      {pod_disruption_budget(given), "mcp-registry"}};
  for (const auto& [operand, name] : operands) {
    CHECK(at(operand, "/metadata/name") == name);
    CHECK(at(operand, "/metadata/namespace") == "mcp");
    CHECK(at(operand, "/metadata/labels/app.kubernetes.io~1instance") == "mcp-registry");
    CHECK(at(operand, "/metadata/labels/app.kubernetes.io~1managed-by") == "toolhive-operator");
    CHECK_FALSE(has(operand, "/status"));
  }
}

TEST_CASE("equal inputs make equal operands") {
  const Json spec = {{"podTemplate", {{"nodeSelector", {{"b", "1"}, {"a", "2"}}}}}};
  CHECK(deployment(inputs(spec)).dump() == deployment(inputs(spec)).dump());
}

TEST_CASE("the selector finds the pods, and nothing that may change is in it") {
  const Json made = deployment(inputs());
  const Json& selector = at(made, "/spec/selector/matchLabels");
  CHECK(selector == Json(selector_labels("mcp-registry")));
  CHECK_FALSE(selector.contains("app.kubernetes.io/version"));
  const Json& labels = at(made, "/spec/template/metadata/labels");
  for (const auto& [key, value] : selector.items()) CHECK(labels.at(key) == value);
  CHECK(at(service(inputs()), "/spec/selector") == selector);
  CHECK(at(network_policy(inputs()), "/spec/podSelector/matchLabels") == selector);
  CHECK(at(pod_disruption_budget(inputs()), "/spec/selector/matchLabels") == selector);
}

TEST_CASE("the old pod goes before the new one comes") {
  CHECK(at(deployment(inputs()), "/spec/strategy") == Json{{"type", "Recreate"}});
}

TEST_CASE("a strategy that was set by hand is taken away with its parameters, on that very object") {
  Json edited = deployment(inputs());
  edited["metadata"]["uid"] = "u";
  CHECK_FALSE(strategy_repair(edited));
  edited["spec"]["strategy"] = {{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", 1}}}};
  const auto patch = strategy_repair(edited);
  REQUIRE(patch);
  CHECK(at(*patch, "/metadata/uid") == "u");
  edited.merge_patch(*patch);
  CHECK(at(edited, "/spec/strategy") == Json{{"type", "Recreate"}});
}

TEST_CASE("the pod is locked down and leaves its user to the platform") {
  const Json made = deployment(inputs());
  const Json& pod = at(made, "/spec/template/spec");
  CHECK(pod.at("automountServiceAccountToken") == false);
  CHECK(at(pod, "/securityContext/runAsNonRoot") == true);
  CHECK(at(pod, "/securityContext/seccompProfile/type") == "RuntimeDefault");
  CHECK(made.dump().find("runAsUser") == std::string::npos);
  CHECK(made.dump().find("seLinuxOptions") == std::string::npos);
  const Json& context = container(made).at("securityContext");
  CHECK(context.at("allowPrivilegeEscalation") == false);
  CHECK(context.at("readOnlyRootFilesystem") == true);
  CHECK(at(context, "/capabilities/drop") == Json::array({"ALL"}));
}

TEST_CASE("the volume's group is set except where the platform assigns one") {
  RegistryInputs given = inputs();
  CHECK(has(deployment(given), "/spec/template/spec/securityContext/fsGroup"));
  given.set_fs_group = false;
  CHECK_FALSE(has(deployment(given), "/spec/template/spec/securityContext/fsGroup"));
}

TEST_CASE("the registry is started on the files that its ConfigMaps hold") {
  const RegistryInputs given = inputs();
  const Json made = deployment(given);
  CHECK(container(made).at("args") ==
        Json::array({"serve", "--config", "/etc/mcp-registry/config/registry.json", "--server",
                     "/etc/mcp-registry/server/server.json"}));
  CHECK(has(registry_config_map(given), "/data/registry.json"));
  CHECK(has(server_config_map(given), "/data/server.json"));
  for (const Json& mount : container(made).at("volumeMounts")) {
    bool found = false;
    for (const Json& volume : at(made, "/spec/template/spec/volumes"))
      found |= volume.at("name") == mount.at("name");
    CHECK_MESSAGE(found, mount.dump());
  }
  for (const char* probe : {"startupProbe", "readinessProbe", "livenessProbe"})
    CHECK(container(made).contains(probe));
  CHECK(at(container(made), "/readinessProbe/httpGet/path") == "/ready");
  CHECK(at(container(made), "/livenessProbe/httpGet/path") == "/health");
}

TEST_CASE("every setting of config and server reaches its file and changes the pods' checksum") {
  const std::vector<Json> settings = {{{"config", {{"logLevel", "debug"}}}},
                                      {{"config", {{"validation", {{"profile", "public"}}}}}},
                                      {{"config", {{"naming", {{"allow", Json::array({"team.*"})}}}}}},
                                      {{"config", {{"naming", {{"deny", Json::array({"x"})}}}}}},
                                      {{"config", {{"limits", {{"tools", 7}}}}}},
                                      {{"config", {{"limits", {{"versionsPerTool", 7}}}}}},
                                      {{"config", {{"limits", {{"toolBytes", 7000}}}}}},
                                      {{"config", {{"limits", {{"schemaDepth", 7}}}}}},
                                      {{"config", {{"limits", {{"schemaCount", 7}}}}}},
                                      {{"server", {{"threads", 7}}}},
                                      {{"server", {{"bodyLimit", 7000}}}},
                                      {{"server", {{"connections", 7}}}},
                                      {{"server", {{"timeouts", {{"header", "7s"}}}}}},
                                      {{"server", {{"timeouts", {{"body", "7s"}}}}}},
                                      {{"server", {{"timeouts", {{"write", "7s"}}}}}},
                                      {{"server", {{"timeouts", {{"idle", "7s"}}}}}},
                                      {{"server", {{"timeouts", {{"drain", "7s"}}}}}},
                                      {{"server", {{"accessLog", {{"oneIn", 7}}}}}}};
  std::set<std::string> checksums = {config_checksum(inputs())};
  for (const Json& setting : settings) {
    CAPTURE(setting.dump());
    const std::string checksum = config_checksum(inputs(setting));
    CHECK(checksums.insert(checksum).second);
    CHECK(at(deployment(inputs(setting)), "/spec/template/metadata/annotations")
              .at(kConfigChecksumAnnotation) == checksum);
  }
}

TEST_CASE("config and server are written as they are declared, with the path and the port of the operator") {
  const Json config = {{"anything", {{"new", "10s"}}}, {"storage", {{"path", "/elsewhere"}}}};
  const Json server = {{"else", Json::array({1})}, {"port", 1}};
  const RegistryInputs given = inputs({{"config", config}, {"server", server}});
  const Json files = {Json::parse(at(registry_config_map(given), "/data/registry.json").get<std::string>()),
                      Json::parse(at(server_config_map(given), "/data/server.json").get<std::string>())};
  CHECK(files[0] == Json{{"anything", {{"new", "10s"}}}, {"storage", {{"path", "/data/registry"}}}});
  CHECK(files[1] == Json{{"else", Json::array({1})}, {"port", 8080}});
}

TEST_CASE("what no process reads at its start does not restart it") {
  const Json before = deployment(inputs()).at("spec").at("template");
  const std::vector<Json> settings = {{{"networkPolicy", {{"enabled", false}}}},
                                      {{"allowedNamespaces", {{"from", "All"}}}},
                                      {{"storage", {{"size", "20Gi"}}}},
                                      {{"exposure", {{"type", "None"}}}}};
  for (const Json& setting : settings) {
    CAPTURE(setting.dump());
    CHECK(deployment(inputs(setting)).at("spec").at("template") == before);
  }
}

TEST_CASE("the pod template takes the user's additions, and the operator's own labels stay") {
  const Json spec = {{"image", "example.com/other:2"},
                     {"imagePullPolicy", "Always"},
                     {"imagePullSecrets", Json::array({{{"name", "pull"}}})},
                     {"resources", {{"limits", {{"memory", "1Gi"}}}}},
                     {"podTemplate",
                      {{"metadata", {{"labels", {{"team", "search"}}}, {"annotations", {{"note", "kept"}}}}},
                       {"nodeSelector", {{"disk", "fast"}}},
                       {"tolerations", Json::array({{{"key", "dedicated"}, {"operator", "Exists"}}})},
                       {"affinity", {{"podAntiAffinity", Json::object()}}},
                       {"topologySpreadConstraints", Json::array({{{"maxSkew", 1}}})},
                       {"priorityClassName", "high"}}}};
  const Json made = deployment(inputs(spec));
  const Json& pod = at(made, "/spec/template");
  CHECK(at(pod, "/metadata/labels/team") == "search");
  CHECK(at(pod, "/metadata/labels/app.kubernetes.io~1managed-by") == "toolhive-operator");
  CHECK(at(pod, "/metadata/annotations/note") == "kept");
  CHECK(container(made).at("image") == "example.com/other:2");
  CHECK(container(made).at("imagePullPolicy") == "Always");
  CHECK(container(made).at("resources") == Json{{"limits", {{"memory", "1Gi"}}}});
  CHECK(at(pod, "/spec/imagePullSecrets/0/name") == "pull");
  CHECK(at(pod, "/spec/nodeSelector/disk") == "fast");
  CHECK(at(pod, "/spec/tolerations/0/key") == "dedicated");
  CHECK(pod.at("spec").contains("affinity"));
  CHECK(at(pod, "/spec/topologySpreadConstraints/0/maxSkew") == 1);
  CHECK(at(pod, "/spec/priorityClassName") == "high");
}

TEST_CASE("without resources in the spec the container still has requests and a memory limit") {
  const Json resources = container(deployment(inputs())).at("resources");
  CHECK(has(resources, "/requests/cpu"));
  CHECK(has(resources, "/limits/memory"));
}

TEST_CASE("a claim is kept when its Registry goes, unless the data may go too") {
  const Json kept = persistent_volume_claim(inputs());
  CHECK_FALSE(has(kept, "/metadata/ownerReferences"));
  const Json gone = persistent_volume_claim(inputs({{"storage", {{"retain", false}}}}));
  CHECK(at(gone, "/metadata/ownerReferences/0/uid") == "uid-of-mcp-registry");
  CHECK_MESSAGE(!has(gone, "/metadata/ownerReferences/0/controller"),
                "a controller reference would make it somebody else's in the eyes of a later Registry");
}

TEST_CASE("the storage class is left to the cluster unless it is named") {
  CHECK_FALSE(has(persistent_volume_claim(inputs()), "/spec/storageClassName"));
  const Json named = persistent_volume_claim(inputs({{"storage", {{"storageClassName", "fast"}}}}));
  CHECK(at(named, "/spec/storageClassName") == "fast");
}

TEST_CASE("an existing claim is mounted in place of one of ours") {
  const Json made = deployment(inputs({{"storage", {{"existingClaim", "mine"}}}}));
  CHECK(at(made, "/spec/template/spec/volumes/0/persistentVolumeClaim/claimName") == "mine");
}

TEST_CASE("a Route ends TLS at the router, redirects plain HTTP, and owns its host only when one is given") {
  const Json made = route(inputs());
  CHECK(at(made, "/spec/tls/termination") == "edge");
  CHECK(at(made, "/spec/tls/insecureEdgeTerminationPolicy") == "Redirect");
  CHECK(at(made, "/spec/to/name") == "mcp-registry");
  CHECK_FALSE(has(made, "/spec/host"));
  const Json named =
      route(inputs({{"exposure", {{"host", "mcp.example.com"}, {"annotations", {{"a", "b"}}}}}}));
  CHECK(at(named, "/spec/host") == "mcp.example.com");
  CHECK(at(named, "/metadata/annotations/a") == "b");
}

TEST_CASE("an Ingress takes all requests for its host, and ends TLS where it is given a certificate") {
  const Json plain = ingress(inputs({{"exposure", {{"type", "Ingress"}, {"host", "mcp.example.com"}}}}));
  REQUIRE(at(plain, "/spec/rules").size() == 1);
  CHECK(at(plain, "/spec/rules/0/host") == "mcp.example.com");
  CHECK(at(plain, "/spec/rules/0/http/paths/0/path") == "/");
  CHECK(at(plain, "/spec/rules/0/http/paths/0/backend/service/name") == "mcp-registry");
  CHECK(at(plain, "/spec/rules/0/http/paths/0/backend/service/port/name") == "http");
  CHECK_FALSE(has(plain, "/spec/tls"));
  CHECK_FALSE(has(plain, "/spec/ingressClassName"));
  const Json full = ingress(inputs({{"exposure",
                                     {{"type", "Ingress"},
                                      {"host", "mcp.example.com"},
                                      {"ingressClassName", "nginx"},
                                      {"tlsSecretName", "cert"},
                                      {"annotations", {{"a", "b"}}}}}}));
  CHECK(at(full, "/spec/tls") == Json::array({{{"hosts", {"mcp.example.com"}}, {"secretName", "cert"}}}));
  CHECK(at(full, "/spec/ingressClassName") == "nginx");
  CHECK(at(full, "/metadata/annotations/a") == "b");
}

bool lets_in(const Json& policy, const std::function<bool(const Json&)>& matches) {
  const Json& peers = at(policy, "/spec/ingress/0/from");
  return std::any_of(peers.begin(), peers.end(), matches);
}

TEST_CASE("the network policy denies by default and lets in who must reach the registry") {
  const Json policy = network_policy(inputs());
  CHECK(at(policy, "/spec/policyTypes") == Json::array({"Ingress", "Egress"}));
  CHECK(at(policy, "/spec/ingress").size() == 1);
  CHECK(at(policy, "/spec/ingress/0/ports") == Json::array({{{"protocol", "TCP"}, {"port", 8080}}}));
  CHECK(lets_in(policy, [](const Json& peer) { return peer == Json{{"podSelector", Json::object()}}; }));
  CHECK(lets_in(policy, [](const Json& peer) {
    return has(peer, "/namespaceSelector/matchLabels/kubernetes.io~1metadata.name") &&
           at(peer, "/namespaceSelector/matchLabels/kubernetes.io~1metadata.name") == "toolhive-system" &&
           has(peer, "/podSelector/matchLabels");
  }));
  const auto everybody = [](const Json& peer) {
    return peer.contains("namespaceSelector") && peer.at("namespaceSelector").empty();
  };
  CHECK_FALSE(lets_in(policy, everybody));
  CHECK(lets_in(network_policy(inputs({{"allowedNamespaces", {{"from", "All"}}}})), everybody));

  const Json selector = {{"matchLabels", {{"mcp", "yes"}}}};
  const Json selected =
      network_policy(inputs({{"allowedNamespaces", {{"from", "Selector"}, {"selector", selector}}}}));
  CHECK(lets_in(selected, [&](const Json& peer) { return peer == Json{{"namespaceSelector", selector}}; }));
  for (const Json& egress : at(policy, "/spec/egress"))
    for (const Json& port : egress.at("ports")) CHECK((port.at("port") == 53 || port.at("port") == 5353));
}

TEST_CASE("whom the spec names is let in besides") {
  const Json controller = {
      {"namespaceSelector", {{"matchLabels", {{"kubernetes.io/metadata.name", "nginx"}}}}}};
  const auto is_it = [&](const Json& peer) { return peer == controller; };
  CHECK(lets_in(network_policy(inputs({{"networkPolicy", {{"from", {controller}}}}})), is_it));
  CHECK_FALSE(lets_in(network_policy(inputs()), is_it));
}

TEST_CASE("the router is let in only where the registry may be exposed") {
  const auto router = [](const Json& peer) {
    return has(peer, "/namespaceSelector/matchLabels/policy-group.network.openshift.io~1ingress");
  };
  CHECK(lets_in(network_policy(inputs()), router));
  CHECK_FALSE(lets_in(network_policy(inputs({{"exposure", {{"type", "None"}}}})), router));
}

TEST_CASE("the disruption budget does not block the drain of a node") {
  const Json budget = pod_disruption_budget(inputs());
  CHECK(at(budget, "/spec/maxUnavailable") == 1);
  CHECK_FALSE(has(budget, "/spec/minAvailable"));
}

}  // namespace
