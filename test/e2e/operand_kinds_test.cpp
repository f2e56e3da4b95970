// The objects of every kind that the operator makes, beside those of other people and in clusters
// that offer more kinds than this one does: here they are defined, and nobody acts on them.
#include <doctest/doctest.h>

#include "test/e2e/harness/offered_api.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;
using namespace nlohmann::literals;

constexpr Kind kServiceMonitor{"servicemonitor", "/apis/monitoring.coreos.com/v1", "servicemonitors"};
constexpr Kind kPrometheusRule{"prometheusrule", "/apis/monitoring.coreos.com/v1", "prometheusrules"};
constexpr Kind kCertificate{"certificate", "/apis/cert-manager.io/v1", "certificates"};
constexpr Kind kPlainIngress{"ingress", "/apis/networking.k8s.io/v1", "ingresses"};
constexpr Kind kGatewayRoute{"httproute", "/apis/gateway.networking.k8s.io/v1", "httproutes"};
constexpr Kind kAutoscaler{"horizontalpodautoscaler", "/apis/autoscaling/v2", "horizontalpodautoscalers"};
constexpr Kind kJob{"job", "/apis/batch/v1", "jobs"};
constexpr Kind kSnapshot{"volumesnapshot", "/apis/snapshot.storage.k8s.io/v1", "volumesnapshots"};

// Somebody else's object of the name that an object of a Registry is to have.
struct TakenName {
  Kind kind;
  const char* type;  // of the object, as in "Service"
  std::string name;
  std::string registry;
  Json content;

  Json object() const {
    const std::string_view prefix = kind.prefix;
    const std::string version(prefix.substr(prefix.find('/', 1) + 1));
    Json made = {{"apiVersion", version}, {"kind", type}, {"metadata", {{"name", name}}}};
    made.update(content);
    return made;
  }
};

std::vector<TakenName> taken_names() {
  const Json labels = {{"app", "somebody"}};
  const Json selector = {{"matchLabels", labels}};
  const Json container = {{"name", "none"}, {"image", "example.com/none:1"}};
  const Json target = {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", "somebody"}};
  const Json backend = {{"service", {{"name", "somebody"}, {"port", {{"number", 80}}}}}};
  return {
      {kServiceAccount, "ServiceAccount", "plain", "plain", Json::object()},
      {kService,
       "Service",
       "plain",
       "plain",
       {{"spec", {{"selector", labels}, {"ports", Json::array({{{"port", 80}}})}}}}},
      {kNetworkPolicy, "NetworkPolicy", "plain", "plain", {{"spec", {{"podSelector", selector}}}}},
      {kDisruptionBudget,
       "PodDisruptionBudget",
       "plain",
       "plain",
       {{"spec", {{"selector", selector}, {"maxUnavailable", 1}}}}},
      {kDeployment,
       "Deployment",
       "plain",
       "plain",
       {{"spec",
         {{"replicas", 0},
          {"selector", selector},
          {"template",
           {{"metadata", {{"labels", labels}}}, {"spec", {{"containers", Json::array({container})}}}}}}}}},
      {kServiceMonitor, "ServiceMonitor", "plain", "plain", {{"spec", {{"selector", selector}}}}},
      {kPrometheusRule, "PrometheusRule", "plain", "plain", {{"spec", {{"groups", Json::array()}}}}},
      {kRoute, "Route", "plain", "plain", {{"spec", {{"to", {{"kind", "Service"}, {"name", "somebody"}}}}}}},
      // Without its ConfigMap a Deployment would not be tried.
      {kConfigMap, "ConfigMap", "at-ingress-config", "at-ingress", {{"data", {{"a", "b"}}}}},
      {kPlainIngress, "Ingress", "at-ingress", "at-ingress", {{"spec", {{"defaultBackend", backend}}}}},
      {kGatewayRoute,
       "HTTPRoute",
       "at-gateway",
       "at-gateway",
       {{"spec", {{"parentRefs", Json::array({{{"name", "somebody"}}})}}}}},
      {kCertificate, "Certificate", "certified", "certified", {{"spec", {{"secretName", "somebody"}}}}},
      {kAutoscaler,
       "HorizontalPodAutoscaler",
       "scaled",
       "scaled",
       {{"spec", {{"scaleTargetRef", target}, {"maxReplicas", 2}}}}},
  };
}

// What each Registry asks for, and how it asks for it no more.
struct Wish {
  const char* registry;
  Json spec;
  Json taken_back;
};

std::vector<Wish> wishes() {
  // Kubernetes puts it into every namespace.
  const Json authorities = {{"configMapKeyRef", {{"name", "kube-root-ca.crt"}, {"key", "ca.crt"}}}};
  return {
      {"plain",
       Json::object(),
       {{"monitoring", {{"enabled", false}}},
        {"networkPolicy", {{"enabled", false}}},
        {"availability", {{"disruptionBudget", {{"enabled", false}}}}},
        {"exposure", {{"type", "None"}}}}},
      {"at-ingress",
       {{"exposure", {{"type", "Ingress"}, {"host", "mcp.example.com"}}}},
       {{"exposure", {{"type", "None"}, {"host", nullptr}}}}},
      {"at-gateway",
       {{"exposure",
         {{"type", "HTTPRoute"},
          {"parentRefs", {{{"name", "public"}}}},
          {"hostnames", {"mcp.example.com"}}}}},
       {{"exposure", {{"type", "None"}, {"parentRefs", nullptr}, {"hostnames", nullptr}}}}},
      {"certified",
       {{"tls", {{"source", "CertManager"}, {"issuerRef", {{"name", "any"}}}, {"ca", authorities}}}},
       {{"tls", nullptr}}},
      {"scaled",
       {{"storage",
         {{"type", "PostgreSQL"}, {"size", nullptr}, {"postgresql", {{"secretRef", {{"name", "db"}}}}}}},
        {"availability", {{"autoscaling", {{"maxReplicas", 3}}}}}},
       {{"availability", {{"autoscaling", nullptr}}}}},
  };
}

bool is_of(const Json& object, const Json& owner) {
  const Json references = object.at("metadata").value("ownerReferences", Json::array());
  return references.size() == 1 && references[0].at("uid") == owner.at("metadata").at("uid");
}

// Whether a condition names the object as one that is somebody else's.
std::string told(const TestNamespace& ns, const Kind& of, const std::string& name, const TakenName& taken) {
  const auto object = ns.find(of, name);
  const Json conditions = object->value("/status/conditions"_json_pointer, Json::array());
  const std::string prefix = taken.kind.prefix;
  const auto group = prefix.find('/', 1) + 1;
  const std::string of_group =
      prefix.starts_with("/apis/") ? "." + prefix.substr(group, prefix.rfind('/') - group) : std::string();
  const std::string wanted =
      taken.kind.plural + of_group + " \"" + ns.name() + "/" + taken.name + "\" exists and is ";
  for (const Json& condition : conditions) {
    if (condition.at("message").get<std::string>().find(wanted) != std::string::npos) return {};
  }
  return conditions.dump();
}

void wait_own(const TestNamespace& ns, const Kind& kind, const std::string& name, const Json& owner) {
  wait_until(
      std::string(kind.name) + " " + name + " is there, of " + owner.at("kind").get<std::string>(),
      [&]() -> std::string {
        const auto object = ns.find(kind, name);
        return object && is_of(*object, owner) ? "" : object ? object->at("metadata").dump() : "it is not";
      },
      Seconds(240));
}

Json backup(const std::string& name, const Json& spec) {
  Json object = {{"apiVersion", "mcpregistry.dev/v1alpha1"},
                 {"kind", "RegistryBackup"},
                 {"metadata", {{"name", name}}},
                 {"spec", {{"registryRef", {{"name", "mcp-registry"}}}}}};
  object["spec"].update(spec);
  return object;
}

// What cert-manager's request for the first certificate says is told of the Registry.
void check_certificate_request(const TestNamespace& ns, const std::string& registry) {
  const std::string request = registry + "-1";
  ns.apply({{"apiVersion", "cert-manager.io/v1"},
            {"kind", "CertificateRequest"},
            {"metadata", {{"name", request}}},
            {"spec", {{"issuerRef", {{"name", "any"}}}}}});
  const Json ready = {{"type", "Ready"}, {"status", "False"}, {"message", "words of its issuer"}};
  ns.require_kubectl({"patch", "certificaterequest", request, "--subresource=status", "--type=merge", "-p",
                      Json{{"status", {{"conditions", Json::array({ready})}}}}.dump()});
  wait_until(registry + " tells of its CertificateRequest", [&]() -> std::string {
    const ConditionView told = condition(ns.get(kRegistry, registry), "TLSReady");
    return told.message.ends_with(request + " it says: words of its issuer") ? "" : told.message;
  });
}

}  // namespace

TEST_CASE(
    "of every kind, somebody else's object is left alone, a Registry's own comes when that is gone, and goes "
    "when it is not asked for" *
    doctest::test_suite("alone")) {
  const TestNamespace ns("kinds");
  const OfferedApi api({kRouteApi, kGatewayApi, kCertificateApi, kMonitoringApis});
  for (const TakenName& taken : taken_names()) ns.apply(taken.object());
  for (const Wish& wish : wishes()) ns.apply(registry(wish.registry, wish.spec));

  for (const TakenName& taken : taken_names()) {
    wait_until(
        taken.registry + " tells of the " + taken.type,
        [&] { return told(ns, kRegistry, taken.registry, taken); }, Seconds(180));
    CHECK_FALSE(ns.get(taken.kind, taken.name).at("metadata").contains("ownerReferences"));
  }
  for (const TakenName& taken : taken_names()) ns.remove(taken.kind, taken.name);
  for (const TakenName& taken : taken_names())
    wait_own(ns, taken.kind, taken.name, ns.get(kRegistry, taken.registry));
  check_certificate_request(ns, "certified");

  for (const Wish& wish : wishes()) ns.patch(kRegistry, wish.registry, {{"spec", wish.taken_back}});
  for (const Kind& kind : {kServiceMonitor, kPrometheusRule, kNetworkPolicy, kDisruptionBudget, kRoute})
    ns.wait_gone(kind, "plain", Seconds(120));
  ns.wait_gone(kPlainIngress, "at-ingress", Seconds(120));
  ns.wait_gone(kGatewayRoute, "at-gateway", Seconds(120));
  ns.wait_gone(kCertificate, "certified", Seconds(120));
  ns.wait_gone(kAutoscaler, "scaled", Seconds(120));
  ns.wait_ready(kRegistry, "plain", Seconds(180));
}

TEST_CASE(
    "somebody else's Job of a backup's name is left alone, and the backup's own comes when that is gone" *
    doctest::test_suite("alone")) {
  const TestNamespace ns("backup-job");
  ns.apply(backup("nightly", {{"destination", {{"claim", {{"name", "backups"}}}}}}));
  // The Job's name has the uid, which nobody knows before.
  const Json made = ns.get(kRegistryBackup, "nightly");
  const std::string name = "backup-" + made.at("metadata").at("uid").get<std::string>();
  const Json container = {{"name", "none"}, {"image", "example.com/none:1"}};
  const Json pod = {{"restartPolicy", "Never"}, {"containers", Json::array({container})}};
  const TakenName taken{
      kJob, "Job", name, "", {{"spec", {{"suspend", true}, {"template", {{"spec", pod}}}}}}};
  ns.apply(taken.object());
  // A claim that never is bound: the Job's pod waits.
  ns.apply({{"apiVersion", "v1"},
            {"kind", "PersistentVolumeClaim"},
            {"metadata", {{"name", "backups"}}},
            {"spec",
             {{"accessModes", Json::array({"ReadWriteOnce"})},
              {"storageClassName", "none"},
              {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}});
  ns.apply(registry());
  wait_until(
      "the RegistryBackup tells of the Job", [&] { return told(ns, kRegistryBackup, "nightly", taken); },
      Seconds(180));
  CHECK_FALSE(ns.get(kJob, name).at("metadata").contains("ownerReferences"));
  // What the Job is to mount is there already, and is made again until the Job is.
  wait_own(ns, kConfigMap, name, made);
  ns.remove(kConfigMap, name);
  wait_own(ns, kConfigMap, name, made);
  ns.remove(kJob, name);
  wait_own(ns, kJob, name, made);
}

TEST_CASE("a VolumeSnapshot is made beside somebody else's, and goes with its RegistryBackup" *
          doctest::test_suite("alone")) {
  const TestNamespace ns("snapshot");
  const OfferedApi api({kSnapshotApi});
  const Json source = {{"persistentVolumeClaimName", "somebody"}};
  const TakenName taken{kSnapshot, "VolumeSnapshot", "taken", "", {{"spec", {{"source", source}}}}};
  ns.apply(taken.object());
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  for (const char* name : {"taken", "nightly"})
    ns.apply(backup(name, {{"method", "VolumeSnapshot"}, {"deletionPolicy", "Delete"}}));
  wait_until(
      "the RegistryBackup tells of the VolumeSnapshot",
      [&] { return told(ns, kRegistryBackup, "taken", taken); }, Seconds(180));
  CHECK(ns.get(kSnapshot, "taken").at("spec").at("source") == source);
  wait_until("a VolumeSnapshot of the other name is there",
             [&] { return ns.find(kSnapshot, "nightly") ? "" : "it is not"; });
  ns.require_kubectl({"patch", "volumesnapshot", "nightly", "--subresource=status", "--type=merge", "-p",
                      R"({"status":{"readyToUse":true,"creationTime":"2026-01-01T00:00:00Z"}})"});
  ns.wait_condition(kRegistryBackup, "nightly", "Complete", "True", "Completed", Seconds(120));
  ns.remove(kRegistryBackup, "nightly");
  ns.wait_gone(kRegistryBackup, "nightly", Seconds(120));
  CHECK_FALSE(ns.find(kSnapshot, "nightly"));
  CHECK(ns.find(kSnapshot, "taken"));
}
