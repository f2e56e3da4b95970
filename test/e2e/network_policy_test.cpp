// NetworkPolicies of the operator on a network that enforces them: who gets in where, and who gets
// out.
#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "test/e2e/harness/pod_network.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;
using Outcome = PodNetwork::Outcome;

constexpr const char* kApiServer = "https://kubernetes.default.svc";
constexpr const char* kMonitoringLabel = "network.openshift.io/policy-group=monitoring";

std::string registry_url(const TestNamespace& ns) {
  return "http://mcp-registry." + ns.name() + ".svc:8080";
}

// A pod of somebody else's, which listens on port 8080.
Json bystander(const std::string& name, const Json& labels) {
  const Json container = {
      {"name", "weather"},
      {"image", Cluster::get().image("weather")},
      {"securityContext", {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}}};
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", {{"name", name}, {"labels", labels}}},
          {"spec",
           {{"securityContext", {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
            {"automountServiceAccountToken", false},
            {"terminationGracePeriodSeconds", 0},
            {"containers", Json::array({container})}}}};
}

Json running_pod(const std::string& ns, const std::string& name) {
  wait_until("the pod " + ns + "/" + name + " runs", [&]() -> std::string {
    const auto pod = Cluster::get().find(kPod, ns, name);
    if (!pod) return "it does not exist";
    return pod->at("status").at("phase") == "Running" ? "" : pod->at("status").dump();
  });
  return *Cluster::get().find(kPod, ns, name);
}

PodNetwork start(const TestNamespace& ns, const std::string& name, const Json& labels = Json::object()) {
  ns.apply(bystander(name, labels));
  return PodNetwork(running_pod(ns.name(), name));
}

// An object in the operator's namespace, for as long as this one is there.
class Lodger {
 public:
  Lodger(const Kind& kind, const Json& object)
      : kind_(kind.name), name_(object.at("metadata").at("name").get<std::string>()) {
    const Output output = kubectl({"apply", "-f", "-"}, object.dump());
    REQUIRE_MESSAGE(output.ok(), output.explain());
  }
  ~Lodger() { kubectl({"delete", kind_, name_, "--wait=false"}); }
  Lodger(const Lodger&) = delete;
  Lodger& operator=(const Lodger&) = delete;

 private:
  static Output kubectl(std::vector<std::string> args, const std::string& input = {}) {
    args.insert(args.begin(), {"-n", Cluster::get().operator_namespace()});
    return Cluster::get().kubectl(std::move(args), input);
  }

  std::string kind_;
  std::string name_;
};

// A connection, and what is to become of it.
struct Trial {
  std::string who;
  const PodNetwork* from;
  std::string to;
  Outcome outcome;
};

// Policies take their time to reach the network: the trials are repeated until all are as they are
// to be at once.
void wait_trials(const std::string& what, const std::vector<Trial>& trials) {
  static constexpr const char* kNames[] = {"gets through", "is dropped", "fails in another way"};
  wait_until(
      what,
      [&] {
        std::string wrong;
        for (const Trial& trial : trials) {
          const Outcome outcome = trial.from->connect(trial.to);
          if (outcome != trial.outcome)
            wrong += trial.who + " to " + trial.to + " " + kNames[static_cast<int>(outcome)] + "\n";
        }
        return wrong;
      },
      Seconds(60));
}

// Stands where the control plane of a mesh does: only the way there is tried.
class MeshControlPlane {
 public:
  explicit MeshControlPlane(const Json& pod) {
    Cluster::get().kubectl({"create", "namespace", kNamespace});
    const Output made = Cluster::get().kubectl({"-n", kNamespace, "apply", "-f", "-"}, pod.dump());
    CHECK_MESSAGE(made.ok(), made.explain());
    pod_ = pod.at("metadata").at("name").get<std::string>();
  }
  ~MeshControlPlane() { Cluster::get().kubectl({"delete", "namespace", kNamespace, "--wait=false"}); }
  MeshControlPlane(const MeshControlPlane&) = delete;
  MeshControlPlane& operator=(const MeshControlPlane&) = delete;

  Json pod() const { return running_pod(kNamespace, pod_); }

 private:
  static constexpr const char* kNamespace = "istio-system";
  std::string pod_;
};

// Of a recipe of config/service-mesh only the NetworkPolicies: this cluster has no mesh.
void apply_policies(const TestNamespace& ns, const std::string& recipe) {
  std::ifstream file(source_path("config/service-mesh/" + recipe));
  std::string document, policies;
  for (std::string line; std::getline(file, line) || !document.empty();) {
    if (file && line != "---") {
      document += line + "\n";
      continue;
    }
    if (document.find("\nkind: NetworkPolicy\n") != std::string::npos) policies += document + "---\n";
    document.clear();
  }
  ns.require_kubectl({"apply", "-f", "-"}, policies);
}

Json named_namespace(const TestNamespace& ns) {
  return {{"matchLabels", {{"kubernetes.io/metadata.name", ns.name()}}}};
}

}  // namespace

TEST_CASE("a Registry lets in its namespace, the operator, monitoring and whom it names, and nobody else") {
  const TestNamespace home("policy");
  const TestNamespace other("policy-other");
  const TestNamespace monitoring("policy-monitoring");
  const Cluster& cluster = Cluster::get();
  cluster.kubectl({"label", "namespace", monitoring.name(), kMonitoringLabel});
  home.apply(
      registry("mcp-registry",
               {{"networkPolicy",
                 {{"from", Json::array({{{"namespaceSelector", named_namespace(other)},
                                         {"podSelector", {{"matchLabels", {{"app", "named"}}}}}}})}}}}));
  home.apply(mcptool("forecast"));
  const PodNetwork neighbour = start(home, "neighbour");
  const PodNetwork named = start(other, "named", {{"app", "named"}});
  const PodNetwork stranger = start(other, "stranger");
  const PodNetwork pretender = start(other, "pretender", {{"app.kubernetes.io/name", "toolhive-operator"}});
  const PodNetwork scraper = start(monitoring, "scraper");
  const Lodger lodger(kPod, bystander("lodger", Json::object()));
  const PodNetwork lodging(running_pod(cluster.operator_namespace(), "lodger"));
  const PodNetwork its_operator(cluster.operator_pods().at(0));
  home.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  home.wait_ready(kMcpTool, "forecast");  // the operator was let in

  const std::string url = registry_url(home);
  wait_trials("the policy stands",
              {{"a pod of its namespace", &neighbour, url, Outcome::Open},
               {"the operator", &its_operator, url, Outcome::Open},
               {"a pod of the namespace for monitoring", &scraper, url, Outcome::Open},
               {"a pod that is named in spec.networkPolicy.from", &named, url, Outcome::Open},
               {"another pod of that namespace", &stranger, url, Outcome::Dropped},
               {"a pod elsewhere with the operator's label", &pretender, url, Outcome::Dropped},
               {"another pod of the operator's namespace", &lodging, url, Outcome::Dropped}});

  home.patch(kRegistry, "mcp-registry",
             {{"spec",
               {{"networkPolicy", {{"from", nullptr}}},
                {"allowedNamespaces", {{"from", "Selector"}, {"selector", named_namespace(other)}}}}}});
  wait_trials("whoever may register may connect",
              {{"a pod that was named", &named, url, Outcome::Open},
               {"a pod of the namespace", &stranger, url, Outcome::Open}});
  home.patch(kRegistry, "mcp-registry",
             {{"spec", {{"allowedNamespaces", {{"from", "Same"}, {"selector", nullptr}}}}}});
  wait_trials("what is not named any more is kept out",
              {{"a pod that was named", &named, url, Outcome::Dropped},
               {"a pod of the namespace", &stranger, url, Outcome::Dropped},
               {"a pod of its namespace", &neighbour, url, Outcome::Open}});
  home.patch(kRegistry, "mcp-registry", {{"spec", {{"networkPolicy", {{"enabled", false}}}}}});
  home.wait_gone(kNetworkPolicy, "mcp-registry");
  wait_trials("without a policy everybody is let in", {{"a stranger", &stranger, url, Outcome::Open}});
}

TEST_CASE(
    "a Registry's pod connects to cluster DNS and to the ports of what its spec names, and no further") {
  const TestNamespace ns("policy-egress");
  constexpr int kDatabasePort = 8080;  // that of the bystander, which is none: only the way there is tried
  ns.apply(registry());
  start(ns, "bystander", {{"app", "bystander"}});
  for (const int port : {kDatabasePort, kDatabasePort + 1}) {
    ns.apply({{"apiVersion", "v1"},
              {"kind", "Service"},
              {"metadata", {{"name", "port-" + std::to_string(port)}}},
              {"spec",
               {{"selector", {{"app", "bystander"}}},
                {"ports", Json::array({{{"port", 80}, {"targetPort", port}}})}}}});
  }
  const auto service = [&](int port) {
    return "http://port-" + std::to_string(port) + "." + ns.name() + ".svc";
  };
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  const PodNetwork plain(ns.pods_of("mcp-registry").at(0));
  // A connection that is dropped was looked up first: DNS answers.
  wait_trials("a registry on files connects to nothing",
              {{"the registry", &plain, service(kDatabasePort), Outcome::Dropped},
               {"the registry", &plain, kApiServer, Outcome::Dropped},
               {"the registry", &plain, "https://" + std::string(kNodeAddress) + ":6443", Outcome::Dropped}});

  // Its database is nowhere, so that it waits for it.
  ns.apply({{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"metadata", {{"name", "database"}}},
            {"stringData", {{"uri", "postgresql://mcp:mcp@192.0.2.1:8080/mcp"}}}});
  ns.apply(registry("stored",
                    {{"storage",
                      {{"size", nullptr},
                       {"type", "PostgreSQL"},
                       {"postgresql", {{"secretRef", {{"name", "database"}}}, {"port", kDatabasePort}}}}}}));
  wait_until("it has a pod", [&] { return ns.pods_of("stored").empty() ? "it has none" : ""; });
  const PodNetwork stored(running_pod(ns.name(), ns.pods_of("stored").at(0).at("metadata").at("name")));
  wait_trials("a registry in a database connects to its port",
              {{"the registry", &stored, service(kDatabasePort), Outcome::Open},
               {"the registry", &stored, service(kDatabasePort + 1), Outcome::Dropped},
               {"the registry", &stored, kApiServer, Outcome::Dropped}});
}

TEST_CASE(
    "a server that the operator runs lets in the operator and whom its spec names, and connects freely") {
  const TestNamespace home("policy-server");
  const TestNamespace other("policy-else");
  home.apply(registry());
  const Json weather = {
      {"apiVersion", "mcpregistry.dev/v1alpha1"},
      {"kind", "MCPTool"},
      {"metadata", {{"name", "weather"}}},
      {"spec",
       {{"registryRef", {{"name", "mcp-registry"}}},
        {"server",
         {{"workload",
           {{"image", Cluster::get().image("weather")},
            {"networkPolicy",
             {{"from", Json::array({{{"podSelector", {{"matchLabels", {{"app", "agent"}}}}}}})}}}}}}}}}};
  home.apply(weather);
  const PodNetwork agent = start(home, "agent", {{"app", "agent"}});
  const PodNetwork neighbour = start(home, "neighbour");
  const PodNetwork stranger = start(other, "stranger", {{"app", "agent"}});
  home.wait_ready(kMcpTool, "weather", Seconds(180));  // the operator was let in, and has read its tools

  const std::string url = "http://weather-mcp." + home.name() + ".svc:8080/mcp";
  const PodNetwork server(home.pods_of("weather").at(0));
  const std::string elsewhere =
      "http://" + running_pod(other.name(), "stranger").at("status").at("podIP").get<std::string>() + ":8080";
  wait_trials("the policy stands",
              {{"a pod that is named in networkPolicy.from", &agent, url, Outcome::Open},
               {"another pod of its namespace", &neighbour, url, Outcome::Dropped},
               {"a pod of the same label in another namespace", &stranger, url, Outcome::Dropped},
               {"the server", &server, elsewhere, Outcome::Open},
               {"the server", &server, kApiServer, Outcome::Open}});

  home.patch(kMcpTool, "weather",
             {{"spec", {{"server", {{"workload", {{"networkPolicy", {{"enabled", false}}}}}}}}}});
  home.wait_gone(kNetworkPolicy, "weather-mcp");
  wait_trials("without a policy everybody is let in", {{"a pod elsewhere", &stranger, url, Outcome::Open}});
}

TEST_CASE(
    "the policies for a service mesh let the mesh's own traffic through, for the same pods and no others") {
  const TestNamespace home("mesh");
  const TestNamespace other("mesh-other");
  const Cluster& cluster = Cluster::get();
  home.apply(registry());
  const PodNetwork neighbour = start(home, "neighbour");
  const PodNetwork stranger = start(other, "stranger");
  const PodNetwork its_operator(cluster.operator_pods().at(0));
  home.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  const Json pod = home.pods_of("mcp-registry").at(0);
  const PodNetwork registry(pod);
  const auto port = [](const Json& of, int number) {
    return "http://" + of.at("status").at("podIP").get<std::string>() + ":" + std::to_string(number);
  };
  // Nobody listens at these ports: whoever comes through is refused there, which is not to be dropped.
  const std::string tunnel = port(pod, 15008);
  const Json neighbour_pod = running_pod(home.name(), "neighbour");
  wait_trials("without them there is no way for a mesh",
              {{"a pod of its namespace", &neighbour, tunnel, Outcome::Dropped},
               {"the operator", &its_operator, tunnel, Outcome::Dropped},
               {"the registry", &registry, port(neighbour_pod, 15008), Outcome::Dropped}});

  apply_policies(home, "ambient.yaml");
  wait_trials("those for an ambient mesh stand",
              {{"a pod of its namespace", &neighbour, tunnel, Outcome::Failed},
               {"the operator", &its_operator, tunnel, Outcome::Failed},
               {"a pod of another namespace", &stranger, tunnel, Outcome::Dropped},
               {"the registry", &registry, port(neighbour_pod, 15008), Outcome::Failed},
               {"the registry", &registry, port(neighbour_pod, 8080), Outcome::Dropped}});

  apply_policies(other, "sidecar.yaml");
  other.apply(e2e::registry());
  other.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  const PodNetwork sidecar(other.pods_of("mcp-registry").at(0));
  const MeshControlPlane mesh(bystander("istiod", {{"app", "istiod"}}));
  other.apply(bystander("istiod", {{"app", "istiod"}}));
  const Json impostor = running_pod(other.name(), "istiod");
  wait_trials("those for sidecars stand",
              {{"the registry", &sidecar, port(mesh.pod(), 15012), Outcome::Failed},
               {"the registry", &sidecar, port(mesh.pod(), 15010), Outcome::Dropped},
               {"the registry", &sidecar, port(impostor, 15012), Outcome::Dropped},
               {"another pod", &stranger, port(impostor, 15012), Outcome::Failed}});
}

TEST_CASE("with the component network-policy the operator lets in who scrapes it, and works on") {
  const TestNamespace ns("policy-operator");
  const TestNamespace scrapers("policy-metrics");
  const Cluster& cluster = Cluster::get();
  cluster.kubectl({"label", "namespace", scrapers.name(), "metrics=enabled"});
  const PodNetwork scraper = start(scrapers, "scraper");
  const PodNetwork stranger = start(ns, "stranger");
  const std::string service = "https://toolhive-operator." + cluster.operator_namespace() + ".svc:8443";
  wait_trials("without the component whoever wants to connects",
              {{"a stranger", &stranger, service, Outcome::Open}});

  const Output component =
      cluster.kubectl({"create", "--dry-run=client", "--output=json", "--filename",
                       source_path("config/components/network-policy/network_policy.yaml")});
  REQUIRE_MESSAGE(component.ok(), component.explain());
  Json policy = Json::parse(component.out);
  policy["metadata"]["namespace"] = cluster.operator_namespace();
  const Lodger lodger(kNetworkPolicy, policy);
  wait_trials("the component stands", {{"a scraper", &scraper, service, Outcome::Open},
                                       {"a stranger", &stranger, service, Outcome::Dropped}});
  ns.apply(registry());
  ns.apply(mcptool("forecast"));
  ns.wait_ready(kMcpTool, "forecast", Seconds(180));
}
