// Backups by VolumeSnapshot on a real API server, with the rights that the operator is installed
// with. The cluster has no CSI driver: what external-snapshotter and the driver write is written by
// the test.
#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "controller/operator/backup/reconciler.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/types.hpp"
#include "crds/registry_backup.hpp"
#include "test/integration/crds/install.hpp"
#include "test/integration/kube/cluster.hpp"

using namespace toolhive;
using namespace nlohmann::literals;

namespace {

const kube::ResourceType kOperatorBinding{"rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"};

// The definition of VolumeSnapshots, for as long as this lives.
class SnapshotApi {
 public:
  SnapshotApi() {
    test::apply_yaml("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + std::string(kName),
                     test::project_file("test/e2e/data/volumesnapshot-crd.yaml"));
    REQUIRE(test::eventually(
        [] { return test::client()->list(Context{}, volume_snapshot_type(), {.ns = "default"}).ok(); }));
  }
  ~SnapshotApi() { CHECK(test::client()->remove(Context{}, test::kDefinition, {"", kName}).ok()); }
  SnapshotApi(const SnapshotApi&) = delete;
  SnapshotApi& operator=(const SnapshotApi&) = delete;

 private:
  static constexpr const char* kName = "volumesnapshots.snapshot.storage.k8s.io";
};

// A volume for a claim, as a driver makes one; Kubernetes binds the two.
class Volume {
 public:
  explicit Volume(const kube::Key& claim) : name_("pv-" + claim.ns) {
    const Json intent = {{"metadata", {{"name", name_}}},
                         {"spec",
                          {{"capacity", {{"storage", "20Gi"}}},
                           {"accessModes", Json::array({"ReadWriteOnce"})},
                           {"persistentVolumeReclaimPolicy", "Retain"},
                           {"claimRef", {{"namespace", claim.ns}, {"name", claim.name}}},
                           {"hostPath", {{"path", "/nowhere"}}}}}};
    const auto made = test::client()->apply(Context{}, type(), intent, {.field_manager = "driver"});
    REQUIRE_MESSAGE(made.ok(), made.status());
  }
  ~Volume() { (void)test::client()->remove(Context{}, type(), {"", name_}); }
  Volume(const Volume&) = delete;
  Volume& operator=(const Volume&) = delete;

 private:
  static const kube::ResourceType& type() {
    static const kube::ResourceType type{"", "v1", "PersistentVolume", "persistentvolumes",
                                         kube::Scope::Cluster};
    return type;
  }
  const std::string name_;
};

// As the operator's service account in one namespace, with its rights there alone.
kube::Config as_operator_in(const std::string& ns) {
  for (const char* crd : {"registries", "mcptools", "registrybackups"})
    test::install(crd, test::definition(crd));
  test::apply_yaml("/apis/rbac.authorization.k8s.io/v1/clusterroles/toolhive-operator",
                   test::project_file("config/rbac/role.yaml"));
  const Json binding = {
      {"metadata", {{"name", "toolhive-operator"}, {"namespace", ns}}},
      {"roleRef",
       {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "toolhive-operator"}}},
      {"subjects",
       Json::array({{{"kind", "ServiceAccount"}, {"name", "toolhive-operator"}, {"namespace", ns}}})}};
  const auto bound = test::client()->apply(Context{}, kOperatorBinding, binding);
  REQUIRE_MESSAGE(bound.ok(), bound.status());
  kube::Config config = test::config();
  config.impersonate_user = "system:serviceaccount:" + ns + ":toolhive-operator";
  config.impersonate_groups = {"system:serviceaccounts", "system:authenticated"};
  return config;
}

struct SnapshottingOperator {
  SnapshottingOperator() {
    registries.attach();
    backups.attach();
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  ~SnapshottingOperator() {
    stop.request_stop();
    CHECK(done.get().ok());
  }

  kube::Key key(const char* name) const { return {space.name(), name}; }
  void apply(const kube::ResourceType& type, const char* name, const Json& spec) const {
    const Json intent = {{"metadata", {{"name", name}, {"namespace", space.name()}}}, {"spec", spec}};
    const auto applied = test::client()->apply(Context{}, type, intent, {.field_manager = "test"});
    REQUIRE_MESSAGE(applied.ok(), applied.status());
  }
  Json read(const kube::ResourceType& type, const char* name) const {
    const auto found = test::client()->get(Context{}, type, key(name));
    return found.ok() ? found->json() : Json::object();
  }
  bool comes(const kube::ResourceType& type, const char* name) const {
    return test::eventually([&] { return !read(type, name).empty(); });
  }
  // What others than the operator and its users write.
  void write_status(const kube::ResourceType& type, const char* name, const Json& status) const {
    const auto written =
        test::client()->patch(Context{}, type, key(name), kube::PatchType::MergePatch, {{"status", status}},
                              {.field_manager = "driver", .subresource = "status"});
    REQUIRE_MESSAGE(written.ok(), written.status());
  }
  bool tells(const kube::ResourceType& type, const char* name, const char* condition,
             const char* reason) const {
    const auto is_so = [&] {
      const Json document = read(type, name);
      for (const Json& each : document.value("/status/conditions"_json_pointer, Json::array()))
        if (each.at("type") == condition) return each.at("reason") == reason;
      return false;
    };
    // A look comes every 20 seconds.
    return test::eventually(is_so) || test::eventually(is_so);
  }

  const test::Namespace space;
  const kube::Config config = as_operator_in(space.name());
  runtime::ManagerOptions options = [this] {
    runtime::ManagerOptions made;
    made.name = kOperatorName;
    made.owner_label = kOwnerLabel;
    made.namespaces = {space.name()};
    return made;
  }();
  OperatorOptions operator_options{
      .registry_image = "example.com/mcp-registry:1", .operator_namespace = {}, .namespaces = {space.name()}};
  std::stop_source stop;
  runtime::Manager manager{config, options};
  OperatorIdentity identity{manager.client(), space.name()};
  RegistryAccess access{nullptr, [](const Context&, const std::string&) { return std::string(); }};
  RegistryReconciler registries{manager, access, identity, operator_options};
  BackupReconciler backups{manager, operator_options};
  std::future<Status> done;
};

}  // namespace

TEST_CASE(
    "a VolumeSnapshot is made when the cluster offers them, told as its driver says, and restored from") {
  SnapshottingOperator op;
  op.apply(registry_type(), "mcp-registry", Json::object());
  REQUIRE(op.comes(pvc_type(), "mcp-registry-data"));
  op.apply(registry_backup_type(), "nightly",
           {{"registryRef", {{"name", "mcp-registry"}}},
            {"method", "VolumeSnapshot"},
            {"snapshotClassName", "fast"}});
  REQUIRE(op.tells(registry_backup_type(), "nightly", "Complete", "SnapshotAPIMissing"));
  const SnapshotApi api;
  REQUIRE(op.tells(registry_backup_type(), "nightly", "Complete", "SnapshotPending"));
  CHECK(op.read(volume_snapshot_type(), "nightly").at("spec") ==
        Json{{"source", {{"persistentVolumeClaimName", "mcp-registry-data"}}},
             {"volumeSnapshotClassName", "fast"}});

  op.write_status(volume_snapshot_type(), "nightly",
                  {{"readyToUse", false}, {"error", {{"message", "the array is busy"}}}});
  REQUIRE(op.tells(registry_backup_type(), "nightly", "Complete", "SnapshotFailing"));
  const Json ready = {{"readyToUse", true},
                      {"error", nullptr},
                      {"restoreSize", "20Gi"},
                      {"boundVolumeSnapshotContentName", "snapcontent-1"},
                      {"creationTime", "2026-01-01T00:00:00Z"}};
  op.write_status(volume_snapshot_type(), "nightly", ready);
  REQUIRE(op.tells(registry_backup_type(), "nightly", "Complete", "Completed"));
  CHECK(op.read(registry_backup_type(), "nightly").at("status").at("location") == "volumesnapshot://nightly");

  op.apply(registry_type(), "drill", {{"restoreFrom", {{"backupRef", {{"name", "nightly"}}}}}});
  REQUIRE(op.comes(pvc_type(), "drill-data"));
  const Json claim = op.read(pvc_type(), "drill-data");
  CHECK(claim.at("/spec/dataSource/kind"_json_pointer) == "VolumeSnapshot");
  CHECK(claim.at("/spec/dataSource/name"_json_pointer) == "nightly");
  CHECK(claim.at("/spec/resources/requests/storage"_json_pointer) == std::to_string(std::int64_t{20} << 30));
  REQUIRE(op.tells(registry_type(), "drill", "Restored", "Restoring"));
  const Volume volume(op.key("drill-data"));
  REQUIRE(op.tells(registry_type(), "drill", "Restored", "Restored"));
  // The claim is taken as it is from then on.
  op.apply(registry_type(), "drill", {{"config", {{"logLevel", "debug"}}}});
  REQUIRE(test::eventually(
      [&] { return op.read(config_map_type(), "drill-config").dump().find("debug") != std::string::npos; }));
  CHECK(op.tells(registry_type(), "drill", "Accepted", "Accepted"));
  CHECK(op.tells(registry_type(), "drill", "StorageReady", "Bound"));

  op.write_status(volume_snapshot_type(), "nightly",
                  {{"readyToUse", false}, {"error", {{"message", "the content is lost"}}}});
  REQUIRE(op.tells(registry_backup_type(), "nightly", "Complete", "SnapshotFailing"));
  REQUIRE(test::client()->remove(Context{}, registry_backup_type(), op.key("nightly")).ok());
  CHECK(test::eventually([&] {
    return op.read(registry_backup_type(), "nightly").empty() &&
           op.read(volume_snapshot_type(), "nightly").empty();
  }));
}
