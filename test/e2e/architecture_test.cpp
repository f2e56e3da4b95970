// Every name, port and property of the architecture that was asked for.
// What differs on purpose is in docs/architecture.md.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "test/e2e/harness/offered_api.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;
using namespace nlohmann::literals;

constexpr const char* kOperator = "toolhive-operator";

// The registry of the samples: nothing in it that a user would have to know.
void apply_sample_registry(const TestNamespace& ns) {
  ns.require_kubectl({"apply", "-f", source_path("config/samples/registry.yaml")});
  ns.wait_ready(kRegistry, "mcp-registry");
}

Json of_operator(const Kind& kind, const std::string& ns) {
  CAPTURE(kind.name);
  const auto object = Cluster::get().find(kind, ns, kOperator);
  REQUIRE(object.has_value());
  return *object;
}

// Of the first entry of `list` with this name.
Json named(const Json& list, const std::string& name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Json& entry) { return entry.at("name") == name; });
  REQUIRE_MESSAGE(found != list.end(), "there is no " << name << " in " << list.dump());
  return *found;
}

void check_json_lines(const std::string& log) {
  std::istringstream lines(log);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CHECK_MESSAGE(Json::parse(line, nullptr, false).is_object(), line);
  }
  CHECK(count > 0);
}

TEST_CASE("the operator's Deployment, account and roles are named toolhive-operator") {
  const std::string ns = Cluster::get().operator_namespace();
  CHECK(of_operator(kDeployment, ns).at("/spec/template/spec/serviceAccountName"_json_pointer) == kOperator);
  of_operator(kServiceAccount, ns);
  of_operator(kClusterRole, "");
  const Json binding = of_operator(kClusterRoleBinding, "");
  CHECK(binding.at("/roleRef/kind"_json_pointer) == "ClusterRole");
  CHECK(binding.at("/roleRef/name"_json_pointer) == kOperator);
  CHECK(binding.at("subjects") ==
        Json::array({{{"kind", "ServiceAccount"}, {"name", kOperator}, {"namespace", ns}}}));
}

TEST_CASE(
    "the Service toolhive-operator answers on port 8443 inside the cluster, with a certificate for its "
    "name") {
  const Cluster& cluster = Cluster::get();
  const std::string ns = cluster.operator_namespace();
  const Json service = of_operator(kService, ns);
  CHECK(service.at("/spec/type"_json_pointer) == "ClusterIP");
  REQUIRE(service.at("/spec/ports"_json_pointer).size() == 1);
  CHECK(service.at("/spec/ports/0/port"_json_pointer) == 8443);

  const std::string name = std::string(kOperator) + "." + ns + ".svc";
  const Answer answer = cluster.http("GET", "https://" + name + ".cluster.local:8443/metrics", nullptr,
                                     {"--insecure", "--write-out", "%{certs}\n%{http_code}"});
  CHECK_MESSAGE(answer.status == 401, answer.explain());
  CHECK_MESSAGE(answer.body.find("DNS:" + name + ",") != std::string::npos, answer.body);
}

TEST_CASE("the operator serves Registry, MCPTool and RegistryBackup, and logs JSON lines") {
  const std::string served =
      Cluster::get().kubectl({"api-resources", "--api-group=mcpregistry.dev", "--output=name"}).out;
  CHECK(served == "mcptools.mcpregistry.dev\nregistries.mcpregistry.dev\nregistrybackups.mcpregistry.dev\n");
  check_json_lines(Cluster::get()
                       .kubectl({"-n", Cluster::get().operator_namespace(), "logs",
                                 "deployment/toolhive-operator", "--tail=20"})
                       .out);
}

TEST_CASE("a registry keeps its data at /data/registry, in a claim of 10Gi of the default class") {
  const TestNamespace ns("asked-storage");
  apply_sample_registry(ns);
  const Json claim = ns.get(kClaim, "mcp-registry-data").at("spec");
  CHECK(claim.at("accessModes") == Json::array({"ReadWriteOnce"}));
  CHECK(claim.at("/resources/requests/storage"_json_pointer) == "10Gi");
  const auto storage_class =
      Cluster::get().find(kStorageClass, "", claim.at("storageClassName").get<std::string>());
  REQUIRE(storage_class.has_value());
  CHECK(storage_class->at("/metadata/annotations"_json_pointer)
            .at("storageclass.kubernetes.io/is-default-class") == "true");

  const Json pod = ns.get(kDeployment, "mcp-registry").at("/spec/template/spec"_json_pointer);
  const Json volume = named(pod.at("volumes"), "data");
  CHECK(volume.at("/persistentVolumeClaim/claimName"_json_pointer) == "mcp-registry-data");
  const Json mount = named(pod.at("/containers/0/volumeMounts"_json_pointer), "data");
  CHECK(mount.at("mountPath") == "/data/registry");
  const Json config =
      Json::parse(ns.get(kConfigMap, "mcp-registry-config").at("data").begin().value().get<std::string>());
  CHECK(config.at("/storage/path"_json_pointer) == "/data/registry");
}

TEST_CASE("a registry is one locked-down pod with probes of /health and /ready") {
  const TestNamespace ns("asked-pod");
  apply_sample_registry(ns);
  const Json spec = ns.get(kDeployment, "mcp-registry").at("spec");
  CHECK(spec.at("replicas") == 1);
  const Json& pod = spec.at("/template/spec"_json_pointer);
  CHECK(pod.at("/securityContext/runAsNonRoot"_json_pointer) == true);
  CHECK(pod.at("/securityContext/seccompProfile/type"_json_pointer) == "RuntimeDefault");
  REQUIRE(pod.at("containers").size() == 1);
  const Json& container = pod.at("/containers/0"_json_pointer);
  CHECK(container.at("/securityContext/capabilities/drop"_json_pointer) == Json::array({"ALL"}));
  CHECK(container.at("/securityContext/readOnlyRootFilesystem"_json_pointer) == true);
  CHECK(container.at("/livenessProbe/httpGet/path"_json_pointer) == "/health");
  CHECK(container.at("/readinessProbe/httpGet/path"_json_pointer) == "/ready");
  for (const char* name : {"mcp-registry-config", "mcp-registry-server"}) {
    const Json& volumes = pod.at("volumes");
    CHECK(std::any_of(volumes.begin(), volumes.end(), [&](const Json& volume) {
      return volume.contains("configMap") && volume.at("/configMap/name"_json_pointer) == name;
    }));
    ns.get(kConfigMap, name);
  }
}

TEST_CASE("the Service mcp-registry serves the API on port 8080 inside the cluster") {
  const TestNamespace ns("asked-api");
  apply_sample_registry(ns);
  const Json service = ns.get(kService, "mcp-registry").at("spec");
  CHECK(service.at("type") == "ClusterIP");
  REQUIRE(service.at("ports").size() == 1);
  CHECK(service.at("/ports/0/port"_json_pointer) == 8080);

  CHECK(ns.http("GET", "/health").status == 200);
  CHECK(ns.http("GET", "/ready").status == 200);
  const Json tool = {{"name", "weather"},
                     {"version", "1.0.0"},
                     {"description", "Says how warm a city is."},
                     {"inputSchema", {{"type", "object"}}}};
  const Answer registered = ns.http("POST", "/api/v1/tools", tool);
  CHECK_MESSAGE(registered.status == 201, registered.explain());
  const Answer read = ns.http("GET", "/api/v1/tools/weather");
  REQUIRE_MESSAGE(read.status == 200, read.explain());
  CHECK(read.json().at("description") == "Says how warm a city is.");
  CHECK(read.json().at("version") == "1.0.0");
  check_json_lines(ns.require_kubectl({"logs", "deployment/mcp-registry"}));
}

TEST_CASE("the Route ends TLS at the edge, redirects plain HTTP and leads to port 8080 of mcp-registry" *
          doctest::test_suite("alone")) {
  const OfferedApi api({kRouteApi});
  const TestNamespace ns("asked-route");
  ns.require_kubectl({"apply", "-f", source_path("config/samples/registry.yaml")});
  wait_until(
      "the Route is there", [&] { return ns.find(kRoute, "mcp-registry") ? "" : "it is not"; }, Seconds(120));
  const Json route = ns.get(kRoute, "mcp-registry").at("spec");
  CHECK(route.at("/tls/termination"_json_pointer) == "edge");
  CHECK(route.at("/tls/insecureEdgeTerminationPolicy"_json_pointer) == "Redirect");
  CHECK(route.at("/to/kind"_json_pointer) == "Service");
  CHECK(route.at("/to/name"_json_pointer) == "mcp-registry");
  // A number would be one of the pods' ports; a name holds for the Service too.
  const std::string port = route.at("/port/targetPort"_json_pointer);
  CHECK(named(ns.get(kService, "mcp-registry").at("/spec/ports"_json_pointer), port).at("port") == 8080);
}

}  // namespace
