// Discovery on a real API server, with the rights that the operator is installed with.
#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "controller/operator/discovery/discovered_tool.hpp"
#include "controller/operator/discovery/reconciler.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/types.hpp"
#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "test/integration/crds/install.hpp"
#include "test/integration/kube/cluster.hpp"

using namespace toolhive;
using test::eventually;

namespace {

constexpr const char* kKagentServer = "MCPServer.kagent.dev";
const kube::ResourceType kClusterRoleBinding{"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding",
                                             "clusterrolebindings", kube::Scope::Cluster};

// Acts as the operator's service account in the namespace, with its ClusterRole everywhere.
kube::Config as_operator_everywhere(const std::string& ns) {
  test::install("registries", test::definition("registries"));
  test::install("mcptools", test::definition("mcptools"));
  test::apply_yaml("/apis/rbac.authorization.k8s.io/v1/clusterroles/toolhive-operator",
                   test::project_file("config/rbac/role.yaml"));
  const Json binding = {
      {"metadata", {{"name", "toolhive-operator-" + ns}}},
      {"roleRef",
       {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "toolhive-operator"}}},
      {"subjects",
       Json::array({{{"kind", "ServiceAccount"}, {"name", "toolhive-operator"}, {"namespace", ns}}})}};
  const auto bound = test::client()->apply(Context{}, kClusterRoleBinding, binding);
  REQUIRE_MESSAGE(bound.ok(), bound.status());
  kube::Config config = test::config();
  config.impersonate_user = "system:serviceaccount:" + ns + ":toolhive-operator";
  config.impersonate_groups = {"system:serviceaccounts", "system:authenticated"};
  return config;
}

// The definition of kagent's MCPServer, as far as discovery reads it.
class KagentServers {
 public:
  KagentServers() {
    const Json schema = {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    const Json version = {{"name", "v1alpha1"},
                          {"served", true},
                          {"storage", true},
                          {"subresources", {{"status", Json::object()}}},
                          {"schema", {{"openAPIV3Schema", schema}}}};
    const Json names = {{"plural", "mcpservers"}, {"singular", "mcpserver"}, {"kind", "MCPServer"}};
    const Json definition = {{"metadata", {{"name", "mcpservers.kagent.dev"}}},
                             {"spec",
                              {{"group", "kagent.dev"},
                               {"scope", "Namespaced"},
                               {"names", names},
                               {"versions", Json::array({version})}}}};
    const auto made = test::client()->apply(Context{}, test::kDefinition, definition);
    REQUIRE_MESSAGE(made.ok(), made.status());
    REQUIRE(eventually([] { return test::client()->list(Context{}, type(), {.ns = "default"}).ok(); }));
  }
  ~KagentServers() {
    CHECK(test::client()->remove(Context{}, test::kDefinition, {"", "mcpservers.kagent.dev"}).ok());
  }

  static const kube::ResourceType& type() { return find_source(kKagentServer)->resource.types.front(); }
};

struct DiscoveringOperator {
  DiscoveringOperator() {
    discovery.attach();
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  ~DiscoveringOperator() {
    stop.request_stop();
    CHECK(done.get().ok());
    (void)test::client()->remove(Context{}, registry_type(), registry());
    (void)test::client()->remove(Context{}, kClusterRoleBinding, {"", "toolhive-operator-" + home.name()});
  }

  kube::Key registry() const { return {home.name(), "mcp-registry"}; }
  kube::Key tool(const char* from, const std::string& ns) const {
    return {ns, discovered_name(*find_source(from), registry(), "weather")};
  }

  void apply(const kube::ResourceType& type, const std::string& ns, const std::string& name,
             Json intent) const {
    intent["metadata"]["name"] = name;
    if (!ns.empty()) intent["metadata"]["namespace"] = ns;
    const auto applied = test::client()->apply(Context{}, type, intent, {.field_manager = "test"});
    REQUIRE_MESSAGE(applied.ok(), applied.status());
  }
  void put_registry(const Json& sources) const {
    apply(registry_type(), home.name(), "mcp-registry",
          {{"spec",
            {{"allowedNamespaces", {{"from", "All"}}},
             {"discovery", {{"sources", sources}, {"namespaces", {{"from", "All"}}}}}}}});
  }
  void put_service(const std::string& ns, int port) const {
    apply(service_type(), ns, "weather",
          {{"metadata", {{"labels", {{"mcpregistry.dev/mcp", "true"}}}}},
           {"spec", {{"ports", Json::array({{{"name", "mcp"}, {"port", port}, {"protocol", "TCP"}}})}}}});
  }
  void agree(const std::string& ns, const char* label) const {
    apply(namespace_type(), "", ns, {{"metadata", {{"labels", {{kDiscoveryLabel, label}}}}}});
  }

  static Json read(const kube::Key& tool) {
    const auto found = test::client()->get(Context{}, mcptool_type(), tool);
    return found.ok() ? found->json() : Json::object();
  }
  bool comes(const kube::Key& tool, const std::string& url) const {
    return eventually([&] { return read(tool).value("/spec/server/remote/url"_json_pointer, "") == url; });
  }
  bool goes(const kube::Key& tool) const {
    return eventually([&] {
      return test::client()->get(Context{}, mcptool_type(), tool).status().code() == Code::NotFound;
    });
  }
  bool tells(const char* reason) const {
    return eventually([&] {
      const auto report = reports.find(registry());
      return report && report->ready.reason == reason;
    });
  }

  static runtime::ManagerOptions manager_options() {
    runtime::ManagerOptions options;
    options.name = kOperatorName;
    return options;
  }

  test::Namespace home;
  test::Namespace team;
  std::stop_source stop;
  runtime::Manager manager{as_operator_everywhere(home.name()), manager_options()};
  DiscoveryReports reports;
  runtime::ControllerHandle registries =
      manager.controller<Registry>("registry").reconcile([](runtime::Pass&, const kube::Ref<Registry>&) {
        return Status();
      });
  DiscoveryReconciler discovery{manager, reports, {}, registries};
  std::future<Status> done;
};

std::string url_in(const std::string& ns, int port) {
  return "http://weather." + ns + ".svc:" + std::to_string(port) + "/mcp";
}

}  // namespace

TEST_CASE("a Service of a namespace that agrees has an MCPTool that follows it, and goes with either's yes") {
  DiscoveringOperator op;
  const std::string& ns = op.team.name();
  const kube::Key tool = op.tool("Service", ns);
  op.put_service(ns, 8080);
  op.put_registry({"Service"});
  REQUIRE(op.tells("Discovering"));
  CHECK(DiscoveringOperator::read(tool).empty());
  op.agree(ns, "enabled");
  REQUIRE(op.comes(tool, url_in(ns, 8080)));
  const Json made = DiscoveringOperator::read(tool);
  CHECK(made["metadata"]["ownerReferences"][0]["kind"] == "Service");
  CHECK(made["metadata"]["ownerReferences"][0]["blockOwnerDeletion"] == false);
  CHECK_FALSE(made["spec"].contains("contract"));

  op.put_service(ns, 9000);
  CHECK(op.comes(tool, url_in(ns, 9000)));
  REQUIRE(test::client()->remove(Context{}, mcptool_type(), tool).ok());
  CHECK(eventually([&] {
    const Json anew = DiscoveringOperator::read(tool);
    return !anew.empty() && anew["metadata"]["uid"] != made["metadata"]["uid"];
  }));

  op.agree(ns, "no");
  CHECK(op.goes(tool));
  op.agree(ns, "enabled");
  REQUIRE(op.comes(tool, url_in(ns, 9000)));
  REQUIRE(test::client()->remove(Context{}, service_type(), {ns, "weather"}).ok());
  CHECK(op.goes(tool));
}

TEST_CASE("what a user adds to a discovered MCPTool stays, and at rest nothing is written") {
  DiscoveringOperator op;
  const kube::Key tool = op.tool("Service", op.home.name());
  op.put_registry({"Service"});
  op.put_service(op.home.name(), 8080);
  REQUIRE(op.comes(tool, url_in(op.home.name(), 8080)));
  op.apply(mcptool_type(), tool.ns, tool.name,
           {{"spec",
             {{"probe", {{"intervalSeconds", 300}}},
              {"registryRef", {{"name", "mcp-registry"}, {"namespace", op.home.name()}}}}}});
  REQUIRE(op.tells("Discovering"));
  op.put_service(op.home.name(), 8081);
  REQUIRE(op.comes(tool, url_in(op.home.name(), 8081)));
  const Json settled = DiscoveringOperator::read(tool);
  CHECK(settled["spec"]["probe"]["intervalSeconds"] == 300);

  // Passes that have nothing to do.
  for (int i = 0; i < 3; ++i)
    op.apply(service_type(), op.home.name(), "weather",
             {{"metadata",
               {{"labels", {{"mcpregistry.dev/mcp", "true"}}}, {"annotations", {{"n", std::to_string(i)}}}}},
              {"spec", {{"ports", Json::array({{{"name", "mcp"}, {"port", 8081}, {"protocol", "TCP"}}})}}}});
  REQUIRE(op.tells("Discovering"));
  CHECK(DiscoveringOperator::read(tool)["metadata"]["resourceVersion"] ==
        settled["metadata"]["resourceVersion"]);
}

TEST_CASE("a resource whose CRD arrives late is discovered, and its leaving is told and no error") {
  DiscoveringOperator op;
  const std::string& ns = op.home.name();
  const kube::Key tool = op.tool(kKagentServer, ns);
  op.put_registry({kKagentServer});
  REQUIRE(op.tells("SourceMissing"));
  {
    const KagentServers servers;
    op.apply(KagentServers::type(), ns, "weather", {{"spec", {{"deployment", {{"port", 8000}}}}}});
    const Json condition = {{"type", "Ready"},
                            {"status", "True"},
                            {"reason", "Ready"},
                            {"message", ""},
                            {"lastTransitionTime", "2026-01-01T00:00:00Z"}};
    const auto ready =
        test::client()->patch(Context{}, KagentServers::type(), {ns, "weather"}, kube::PatchType::MergePatch,
                              {{"status", {{"conditions", Json::array({condition})}}}},
                              {.field_manager = "test", .subresource = "status"});
    REQUIRE_MESSAGE(ready.ok(), ready.status());
    // A look comes every half minute.
    CHECK((op.comes(tool, url_in(ns, 8000)) || op.comes(tool, url_in(ns, 8000))));
    REQUIRE(op.tells("Discovering"));
  }
  CHECK((op.tells("SourceMissing") || op.tells("SourceMissing")));
}

TEST_CASE("an MCPTool of the name that is not discovery's is left as it is") {
  DiscoveringOperator op;
  const kube::Key tool = op.tool("Service", op.home.name());
  op.apply(mcptool_type(), tool.ns, tool.name,
           {{"spec",
             {{"registryRef", {{"name", "mcp-registry"}}},
              {"definition", {{"inputSchema", {{"type", "object"}}}}}}}});
  op.put_registry({"Service"});
  op.put_service(op.home.name(), 8080);
  REQUIRE(eventually([&] {
    const auto report = op.reports.find(op.registry());
    return report && report->counts.at("Service").refused == 1;
  }));
  CHECK_FALSE(DiscoveringOperator::read(tool)["spec"].contains("server"));
}
