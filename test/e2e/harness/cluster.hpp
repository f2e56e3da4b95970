// The cluster under test: one node, started by test/run.sh, with the operator in it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/e2e/harness/process.hpp"

namespace e2e {

using Json = nlohmann::json;

// Where the API serves a kind.
struct Kind {
  const char* name;    // as kubectl takes it
  const char* prefix;  // "/api/v1" or "/apis/<group>/<version>"
  const char* plural;
};

inline constexpr Kind kRegistry{"registry", "/apis/mcpregistry.dev/v1alpha1", "registries"};
inline constexpr Kind kRegistryBackup{"registrybackup", "/apis/mcpregistry.dev/v1alpha1", "registrybackups"};
inline constexpr Kind kMcpTool{"mcptool", "/apis/mcpregistry.dev/v1alpha1", "mcptools"};
inline constexpr Kind kServiceAccount{"serviceaccount", "/api/v1", "serviceaccounts"};
inline constexpr Kind kClaim{"persistentvolumeclaim", "/api/v1", "persistentvolumeclaims"};
inline constexpr Kind kConfigMap{"configmap", "/api/v1", "configmaps"};
inline constexpr Kind kService{"service", "/api/v1", "services"};
inline constexpr Kind kPod{"pod", "/api/v1", "pods"};
inline constexpr Kind kSecret{"secret", "/api/v1", "secrets"};
inline constexpr Kind kDeployment{"deployment", "/apis/apps/v1", "deployments"};
inline constexpr Kind kNetworkPolicy{"networkpolicy", "/apis/networking.k8s.io/v1", "networkpolicies"};
inline constexpr Kind kDisruptionBudget{"poddisruptionbudget", "/apis/policy/v1", "poddisruptionbudgets"};
inline constexpr Kind kRoute{"route", "/apis/route.openshift.io/v1", "routes"};
inline constexpr Kind kLease{"lease", "/apis/coordination.k8s.io/v1", "leases"};
inline constexpr Kind kClusterRole{"clusterrole", "/apis/rbac.authorization.k8s.io/v1", "clusterroles"};
inline constexpr Kind kClusterRoleBinding{"clusterrolebinding", "/apis/rbac.authorization.k8s.io/v1",
                                          "clusterrolebindings"};
inline constexpr Kind kStorageClass{"storageclass", "/apis/storage.k8s.io/v1", "storageclasses"};
inline constexpr Kind kEvent{"event.events.k8s.io", "/apis/events.k8s.io/v1", "events"};

// The node's, in the cluster's network.
inline constexpr const char* kNodeAddress = "10.240.0.1";

// What an HTTP server said; status 0 and the reason in `body` when it could not be asked.
struct Answer {
  int status = 0;
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
  // Throws std::runtime_error with what explain() says where the server could not be asked.
  Json json() const;
  std::string explain() const { return "HTTP " + std::to_string(status) + ": " + body; }
};

class Cluster {
 public:
  // On first use loads the images and deploys the operator, unless TOOLHIVE_INSTALLED says that they
  // are there. Throws std::runtime_error when that fails, and again whenever it is called after
  // that.
  static Cluster& get();
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // The path of the kubectl that goes with the cluster.
  const std::string& kubectl_program() const { return kubectl_; }

  // kubectl as a user types it; its exit code is the caller's to judge.
  Output kubectl(std::vector<std::string> args, std::string input = {}, Seconds timeout = Seconds(120)) const;

  // One object, or nothing when the API says 404. Throws std::runtime_error on any other refusal.
  std::optional<Json> find(const Kind& kind, const std::string& ns, const std::string& name) const;
  // The items of a list; `query` such as "labelSelector=app%3Dx".
  std::vector<Json> list(const Kind& kind, const std::string& ns, const std::string& query = {}) const;

  // Asks from inside the cluster's network, as a pod would.
  // `options` are curl's.
  Answer http(std::string_view method, const std::string& url, const Json& body = nullptr,
              const std::vector<std::string>& options = {}) const;

  // Lines that the API server's audit log got since `offset`, and the offset after them.
  std::vector<Json> audit(std::streamoff& offset) const;
  std::streamoff audit_end() const;

  // A command in the cluster's network, with the host's files.
  Command inside(std::vector<std::string> argv) const;

  void load_image(const std::string& archive) const;
  // The processes in the pod's containers, as this program sees them.
  std::vector<pid_t> processes(const Json& pod) const;
  // Sends SIGKILL to every process in the pod's containers; answers how many there were.
  int kill_processes(const Json& pod) const;

  const std::string& operator_namespace() const { return operator_namespace_; }
  // Of this build; `tag` empty: the tag it was built with.
  std::string image(const std::string& name, const std::string& tag = {}) const;
  // The pods of the operator that are not being deleted.
  std::vector<Json> operator_pods() const;
  std::string operator_log(int lines) const;

 private:
  Cluster();
  void deploy() const;
  Answer api(const std::string& path) const;

  std::string name_;
  std::string tool_;  // test/cluster/cluster
  std::string kubectl_;
  std::string operator_namespace_;
  std::string image_prefix_;
  std::string image_tag_;
  std::string socket_;
  std::unique_ptr<Background> proxy_;  // serves the API on `socket_`
};

// A file or folder of the source tree.
std::string source_path(std::string_view relative);
// A program of this build.
std::string program_path(std::string_view name);

}  // namespace e2e
