// The operator as it is installed into one namespace: the program, a token of its service account,
// its Roles and the samples. No pods run here, so nothing becomes ready.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/operator/types.hpp"
#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "crds/registry_backup.hpp"
#include "test/e2e/harness/process.hpp"
#include "test/integration/crds/install.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/integration/kube/kubectl.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

namespace {

constexpr const char* kInstalledNamespace = "toolhive-system";
const kube::ResourceType kLease{"coordination.k8s.io", "v1", "Lease", "leases"};
const kube::ResourceType kOwnTypes[] = {registry_type(), mcptool_type(), registry_backup_type()};
const kube::ResourceType kEvent{"events.k8s.io", "v1", "Event", "events"};

std::string kubectl_output(std::vector<std::string> words, const std::string& input = "") {
  words.insert(words.begin(), test::kubectl());
  const e2e::Output output = e2e::run({.argv = words, .input = input});
  REQUIRE_MESSAGE(output.ok(), output.explain());
  return output.out;
}

// What config/namespaced installs, into `ns`, but for what no namespace can have and for the pods.
std::string installation(const std::string& ns) {
  std::string all = kubectl_output({"kustomize", TOOLHIVE_SOURCE_DIR "/config/namespaced"});
  for (auto at = all.find(kInstalledNamespace); at != std::string::npos;
       at = all.find(kInstalledNamespace, at))
    all.replace(at, std::string(kInstalledNamespace).size(), ns);
  const std::string separator = "\n---\n";
  std::string kept;
  for (std::size_t start = 0; start < all.size();) {
    const auto end = std::min(all.find(separator, start), all.size());
    const std::string object = "\n" + all.substr(start, end - start) + separator;
    start = end + separator.size();
    const auto is = [&](const char* kind) {
      return object.find("\nkind: " + std::string(kind) + "\n") != std::string::npos;
    };
    if (!is("Namespace") && !is("CustomResourceDefinition") && !is("Deployment")) kept += object;
  }
  return kept;
}

class InstalledProgram {
 public:
  InstalledProgram() {
    for (const char* crd : {"registries", "mcptools", "registrybackups"})
      test::install(crd, test::definition(crd));
    kubectl_output({"apply", "--server-side", "-f", "-"}, installation(ns()));
    // As admins of a namespace let it, where what is in the samples needs that.
    for (const std::string role : {"server-secrets", "tls-secrets"})
      kubectl_output({"--namespace", ns(), "create", "rolebinding", role, "--role=toolhive-operator-" + role,
                      "--serviceaccount=" + ns() + ":toolhive-operator"});
    // What a sample asks a reader to make first; any certificate will do.
    Json authority;
    REQUIRE(
        test::eventually([&] { return !(authority = get(test::kConfigMap, "kube-root-ca.crt")).empty(); }));
    kubectl_output({"--namespace", ns(), "create", "configmap", "issuer-ca",
                    "--from-literal=ca.crt=" + authority.at("data").at("ca.crt").get<std::string>()});
    kubectl_output({"--namespace", ns(), "create", "configmap", "registry-clients",
                    "--from-literal=ca.crt=" + authority.at("data").at("ca.crt").get<std::string>()});
    for (const auto& file : std::filesystem::directory_iterator(TOOLHIVE_SOURCE_DIR "/config/samples"))
      if (file.path().filename() != "kustomization.yaml")
        kubectl_output({"apply", "--server-side", "--namespace", ns(), "-f", file.path().string()});
    const std::string kubeconfig = folder_.write(
        "kubeconfig",
        test::kubeconfig({{"token", test::service_account_token(ns(), "toolhive-operator")}}, ns()));
    process_ = std::make_unique<e2e::Background>(e2e::Command{
        .argv = {"bash", "-c", R"(log=$1; shift; exec "$@" >"$log" 2>&1)", "operator", folder_.path("log"),
                 TOOLHIVE_BIN_DIR "/toolhive-operator", "--kubeconfig", kubeconfig, "--namespaces", ns(),
                 "--leader-elect", "--health-address", "", "--registry-image", "example.com/mcp-registry:1",
                 "--bridge-image", "example.com/mcp-bridge:1"}});
  }

  // Without pods no backup can be deleted, and the namespace would wait for that.
  ~InstalledProgram() {
    process_.reset();
    for (const auto& type : kOwnTypes) {
      const auto left = client_->list(Context{}, type, {.ns = ns()});
      CHECK_MESSAGE(left.ok(), left.status());
      for (std::size_t i = 0; left.ok() && i < left->items.size(); ++i)
        CHECK(client_
                  ->patch(Context{}, type, left->items[i].key(), kube::PatchType::MergePatch,
                          {{"metadata", {{"finalizers", nullptr}}}}, {.field_manager = "test"})
                  .ok());
    }
  }
  InstalledProgram(const InstalledProgram&) = delete;
  InstalledProgram& operator=(const InstalledProgram&) = delete;

  const std::string& ns() const { return namespace_.name(); }
  std::string log() const {
    std::ifstream file(folder_.path("log"));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<Json> list(const kube::ResourceType& type) const {
    const auto found = client_->list(Context{}, type, {.ns = ns()});
    REQUIRE_MESSAGE(found.ok(), found.status());
    std::vector<Json> objects;
    for (const kube::Object& object : found->items) objects.push_back(object.json());
    return objects;
  }
  Json get(const kube::ResourceType& type, const std::string& name) const {
    const auto found = client_->get(Context{}, type, {ns(), name});
    return found.ok() ? found->json() : Json::object();
  }
  bool told_of_all(const kube::ResourceType& type) const {
    return test::eventually([&] {
      const std::vector<Json> objects = list(type);
      return !objects.empty() && std::all_of(objects.begin(), objects.end(), [](const Json& object) {
        const Json& status = object.at("status");
        return status.at("observedGeneration") == object.at("metadata").at("generation") &&
               status.contains("conditions");
      });
    });
  }

 private:
  test::Namespace namespace_;
  test::TemporaryFolder folder_;
  std::unique_ptr<kube::Client> client_ = test::client();
  std::unique_ptr<e2e::Background> process_;
};

}  // namespace

TEST_CASE(
    "installed with its own rights, the operator makes what the samples ask for, and is refused nothing") {
  const InstalledProgram op;
  for (const auto& type : kOwnTypes) {
    CAPTURE(type.kind);
    CHECK_MESSAGE(op.told_of_all(type), op.log());
    for (const Json& object : op.list(type))
      for (const Json& condition : object.at("status").value("conditions", Json::array())) {
        CAPTURE(object.at("metadata").at("name"));
        CAPTURE(condition);
        const std::string reason = condition.at("reason");
        CHECK_FALSE((reason.ends_with("Refused") || reason.ends_with("Forbidden")));
      }
  }
  for (const Json& registry : op.list(registry_type())) {
    // From outside the cluster no certificate can be shown.
    if (registry.contains("/spec/tls/clientAuthentication"_json_pointer)) {
      CHECK(registry.dump().find("\"OperatorOutsideCluster\"") != std::string::npos);
      continue;
    }
    // One that begins with a backup has no pods before that is restored.
    if (registry.at("spec").contains("restoreFrom")) continue;
    const std::string name = registry.at("metadata").at("name");
    CAPTURE(name);
    Json deployment;
    CHECK(test::eventually([&] { return !(deployment = op.get(test::kDeployment, name)).empty(); }));
    CHECK(deployment.value("/metadata/ownerReferences/0/uid"_json_pointer, "") ==
          registry.at("metadata").at("uid"));
  }

  const Json lease = op.get(kLease, "toolhive-operator");
  CHECK_FALSE(lease.value("/spec/holderIdentity"_json_pointer, "").empty());
  CHECK(test::eventually([&] {
    const std::vector<Json> events = op.list(kEvent);
    return std::any_of(events.begin(), events.end(), [](const Json& event) {
      return event.value("reportingController", "") == "toolhive-operator" &&
             event.at("regarding").at("kind") == "MCPTool";
    });
  }));

  // What is changed is seen by a watch.
  kubectl_output({"--namespace", op.ns(), "patch", "registry.mcpregistry.dev", "mcp-registry", "--type=merge",
                  "--patch", R"({"spec":{"config":{"logLevel":"debug"}}})"});
  CHECK(test::eventually([&] {
    return op.get(test::kConfigMap, "mcp-registry-config").dump().find("debug") != std::string::npos;
  }));
  CHECK_MESSAGE(op.log().find(" is forbidden") == std::string::npos, op.log());
  CHECK_MESSAGE(op.log().find("is invalid") == std::string::npos, op.log());
}
