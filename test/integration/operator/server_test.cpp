// The server of an MCPTool, looked at with the rights that the operator is installed with.
#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "controller/base/base64.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/reconciler.hpp"
#include "controller/operator/server/prober.hpp"
#include "controller/runtime/write/conditions.hpp"
#include "crds/registry.hpp"
#include "test/integration/crds/install.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/unit/mcp/scripted_server.hpp"

using namespace toolhive;
using test::eventually;

namespace {

const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1/";
const kube::ResourceType kRoleBinding{"rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"};

void bind_role(const std::string& ns, const std::string& role) {
  const Json binding = {
      {"metadata", {{"namespace", ns}, {"name", role}}},
      {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", role}}},
      {"subjects",
       Json::array({{{"kind", "ServiceAccount"}, {"name", "toolhive-operator"}, {"namespace", ns}}})}};
  const auto bound = test::client()->apply(Context{}, kRoleBinding, binding);
  REQUIRE_MESSAGE(bound.ok(), bound.status());
}

// Acts as the operator's service account in the namespace, with its ClusterRole bound there.
kube::Config as_operator(const std::string& ns) {
  test::install("registries", test::definition("registries"));
  test::install("mcptools", test::definition("mcptools"));
  test::apply_yaml(kRbac + "clusterroles/toolhive-operator", test::project_file("config/rbac/role.yaml"));
  test::apply_yaml(kRbac + "clusterroles/toolhive-operator-server-secrets",
                   test::project_file("config/rbac/server_secrets.yaml"));
  bind_role(ns, "toolhive-operator");
  kube::Config config = test::config();
  config.impersonate_user = "system:serviceaccount:" + ns + ":toolhive-operator";
  config.impersonate_groups = {"system:serviceaccounts", "system:authenticated"};
  return config;
}

struct Operator {
  Operator() {
    tools.attach();
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  ~Operator() {
    stop.request_stop();
    CHECK(done.get().ok());
  }

  void put_tool(const std::string& url, const std::string& version) {
    const Json header = {{"name", "X-Key"},
                         {"valueFrom", {{"secretKeyRef", {{"name", "weather"}, {"key", "key"}}}}}};
    const Json intent = {{"metadata", {{"namespace", space.name()}, {"name", "weather"}}},
                         {"spec",
                          {{"registryRef", {{"name", "absent"}}},
                           {"version", version},
                           {"deletionPolicy", "Retain"},
                           {"server", {{"remote", {{"url", url}, {"headers", Json::array({header})}}}}}}}};
    const auto applied = test::client()->apply(Context{}, mcptool_type(), intent, {.field_manager = "test"});
    REQUIRE_MESSAGE(applied.ok(), applied.status());
  }
  Json status() const {
    const auto tool = test::client()->get(Context{}, mcptool_type(), {space.name(), "weather"});
    return tool.ok() ? *tool->status() : Json::object();
  }
  bool says(const char* reason) const {
    return eventually([&] {
      const auto conditions = runtime::Conditions::from_json(status().value("conditions", Json::array()));
      const auto* told = conditions.find("ServerAvailable");
      return told && told->reason == reason;
    });
  }

  static ProberOptions prober_options(const std::string& ns) {
    ProberOptions options;
    options.addresses.allowed = {"127.0.0.0/8"};
    options.reader = ns + ":toolhive-operator";
    return options;
  }
  static runtime::ManagerOptions manager_options(const std::string& ns) {
    runtime::ManagerOptions options;
    options.name = kOperatorName;
    options.namespaces = {ns};
    return options;
  }

  test::Namespace space;
  std::stop_source stop;
  runtime::Manager manager{as_operator(space.name()), manager_options(space.name())};
  RegistryAccess access{nullptr, {}};
  Prober prober{manager.client(), manager.metrics(), manager.clock(), prober_options(space.name())};
  runtime::ControllerHandle registries =
      manager.controller<Registry>("registry").reconcile([](runtime::Pass&, const kube::Ref<Registry>&) {
        return Status();
      });
  MCPToolReconciler tools{manager, access, prober, {}, registries};
  std::future<Status> done;
};

}  // namespace

TEST_CASE("a server's Secret is read once the namespace allows it, and its name and version are told") {
  const test::ScriptedServer server([](const test::Asked& asked, test::Connection& connection) {
    if (asked.header("x-key") != "hush") return connection.reply(401, "");
    test::serve_modern(asked, connection);
  });
  Operator op;
  const Json secret = {{"metadata", {{"namespace", op.space.name()}, {"name", "weather"}}},
                       {"data", {{"key", encode_base64("hush")}}}};
  REQUIRE(test::client()->apply(Context{}, test::kSecret, secret).ok());

  op.put_tool(server.url(), "1.0.0");
  REQUIRE(op.says("SecretForbidden"));
  CHECK(server.steps().empty());
  bind_role(op.space.name(), "toolhive-operator-server-secrets");
  op.put_tool(server.url(), "1.0.1");
  REQUIRE(op.says("Available"));
  const Json status = op.status();
  CHECK(status.at("server").at("name") == "weather");
  CHECK(status.at("server").at("version") == "1.2.0");
  CHECK(status.at("server").at("url") == server.url());
}
