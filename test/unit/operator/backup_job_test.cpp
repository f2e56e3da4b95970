// The Jobs that back up, and that delete a backup.
#include "controller/operator/backup/job.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "controller/operator/backup/files.hpp"
#include "controller/operator/backup/network_policy.hpp"
#include "controller/operator/registry/backup_place.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

const Json& job_pod_spec(const Json& job) {
  return at(job, "/spec/template/spec");
}
const Json& job_container(const Json& job) {
  return at(job, "/spec/template/spec/containers/0");
}
// The entry of a list that has this name; null where there is none.
Json entry_named(const Json& list, const std::string& name) {
  for (const Json& entry : list)
    if (entry.at("name") == name) return entry;
  return nullptr;
}
}  // namespace

TEST_SUITE_BEGIN("the Jobs of a backup");

TEST_CASE("the Job runs mcp-registry backup on the service's own configuration") {
  const Json job = backup_job(backup_inputs());
  CHECK(command_words(job_container(job).at("args")) ==
        "backup --config /etc/mcp-registry/config/registry.json --include /etc/mcp-registry/include "
        "--to file:///backup/mcp/nightly --report /dev/termination-log");
  CHECK(job_container(job).at("image") == "example.com/mcp-registry:1");
  CHECK(job_pod_spec(job).at("serviceAccountName") == "mcp-registry");
}

TEST_CASE("S3 is told by options, and its credentials are mounted") {
  const Json job = backup_job(backup_inputs(registry_backup(Json::object(), s3_destination())));
  CHECK(command_words(job_container(job).at("args"))
            .find("--to s3://backups/mcp/nightly --s3-endpoint https://s3.example --s3-region us-east-1 "
                  "--s3-credentials /etc/mcp-registry/backup --s3-path-style --report") != std::string::npos);
  CHECK(at(entry_named(job_pod_spec(job).at("volumes"), "backup"), "/secret/secretName") == "s3");
  CHECK(entry_named(job_container(job).at("volumeMounts"), "backup").at("readOnly") == true);
}

TEST_CASE("the data are mounted to be read, and the destination to be written") {
  const Json job = backup_job(backup_inputs());
  const Json& mounts = job_container(job).at("volumeMounts");
  CHECK(entry_named(mounts, "data").at("readOnly") == true);
  CHECK(entry_named(mounts, "backup") == Json{{"name", "backup"}, {"mountPath", "/backup"}});
  CHECK(at(entry_named(job_pod_spec(job).at("volumes"), "backup"), "/persistentVolumeClaim/claimName") ==
        "backups");
  CHECK(at(entry_named(job_pod_spec(job).at("volumes"), "data"), "/persistentVolumeClaim/claimName") ==
        "mcp-registry-data");
}

TEST_CASE("of a registry on PostgreSQL the Job has the Secrets of the Deployment, and no claim") {
  const Json spec = {
      {"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db"}}}}}}}};
  const Json job = backup_job(backup_inputs(registry_backup(), spec));
  const Json& volumes = job_pod_spec(job).at("volumes");
  CHECK(entry_named(volumes, "data").is_null());
  CHECK(entry_named(volumes, "database") ==
        entry_named(at(deployment(inputs(spec)), "/spec/template/spec/volumes"), "database"));
}

// The ports of the rules of egress, but for DNS.
std::vector<int> ports_let_out(const Json& policy) {
  std::vector<int> ports;
  for (const Json& rule : at(policy, "/spec").value("egress", Json::array()))
    if (!rule.contains("to"))
      for (const Json& port : rule.at("ports")) ports.push_back(port.at("port"));
  return ports;
}

TEST_CASE("the NetworkPolicy lets nobody in, and out what the pods need and nothing else") {
  const Json on_database = {
      {"storage",
       {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db"}}}, {"port", 6432}}}}}};
  const kube::Object to_s3 = registry_backup(Json::object(), s3_destination());
  const BackupInputs volumes = backup_inputs();
  for (const Json& policy : {backup_network_policy(volumes), delete_network_policy(volumes),
                             backup_network_policy(backup_inputs(to_s3, on_database))}) {
    CHECK(at(policy, "/spec/policyTypes") == Json::array({"Ingress", "Egress"}));
    CHECK_FALSE(policy.at("spec").contains("ingress"));
  }
  CHECK_FALSE(backup_network_policy(volumes).at("spec").contains("egress"));
  CHECK(ports_let_out(backup_network_policy(backup_inputs(to_s3))) == std::vector<int>{443});
  CHECK(ports_let_out(backup_network_policy(backup_inputs(registry_backup(), on_database))) ==
        std::vector<int>{6432});
  CHECK(ports_let_out(backup_network_policy(backup_inputs(to_s3, on_database))) ==
        std::vector<int>{443, 6432});
  CHECK(ports_let_out(delete_network_policy(backup_inputs(to_s3, on_database))) == std::vector<int>{443});
  CHECK(at(backup_network_policy(backup_inputs(to_s3)), "/spec/egress").front().contains("to"));
}

TEST_CASE("the NetworkPolicy has the name of its Job and selects its pods") {
  const BackupInputs made = backup_inputs();
  for (const auto& [policy, job] : {std::pair(backup_network_policy(made), backup_job(made)),
                                    std::pair(delete_network_policy(made), delete_job(made))}) {
    CHECK(at(policy, "/metadata/name") == at(job, "/metadata/name"));
    const Json& labels = at(job, "/spec/template/metadata/labels");
    for (const auto& [name, value] : at(policy, "/spec/podSelector/matchLabels").items())
      CHECK(labels.at(name) == value);
  }
}

TEST_CASE("a Registry that switched off its NetworkPolicy has its backups made without") {
  CHECK(has_network_policy(backup_inputs()));
  CHECK_FALSE(
      has_network_policy(backup_inputs(registry_backup(), {{"networkPolicy", {{"enabled", false}}}})));
  BackupInputs alone = backup_inputs();
  alone.registry.reset();
  CHECK(has_network_policy(alone));
}

TEST_CASE("every mount of a Job's container has its volume") {
  for (const Json& destination : {claim_destination(), s3_destination()})
    for (const bool deletes : {false, true}) {
      const BackupInputs made = backup_inputs(registry_backup(Json::object(), destination));
      const Json job = deletes ? delete_job(made) : backup_job(made);
      for (const Json& mount : job_container(job).at("volumeMounts"))
        CHECK_FALSE(entry_named(job_pod_spec(job).at("volumes"), mount.at("name")).is_null());
    }
}

TEST_CASE("the Job meets the restricted Pod Security Standard, and is bounded") {
  for (const Json& job : {backup_job(backup_inputs()), delete_job(backup_inputs())}) {
    CHECK(at(job_pod_spec(job), "/securityContext/runAsNonRoot") == true);
    CHECK(at(job_pod_spec(job), "/securityContext/seccompProfile/type") == "RuntimeDefault");
    CHECK(job_pod_spec(job).at("automountServiceAccountToken") == false);
    CHECK(job_pod_spec(job).at("enableServiceLinks") == false);
    CHECK(job_pod_spec(job).at("restartPolicy") == "Never");
    CHECK(at(job_container(job), "/securityContext/allowPrivilegeEscalation") == false);
    CHECK(at(job_container(job), "/securityContext/readOnlyRootFilesystem") == true);
    CHECK(at(job_container(job), "/securityContext/capabilities/drop/0") == "ALL");
    CHECK(has(job_container(job), "/resources/limits/memory"));
    CHECK(at(job, "/spec/backoffLimit") == 2);
  }
  CHECK(at(backup_job(backup_inputs()), "/spec/activeDeadlineSeconds") == 3600);
  CHECK(at(delete_job(backup_inputs()), "/spec/activeDeadlineSeconds") == 600);
}

TEST_CASE("no Service and no policy of the registry selects a Job's pod") {
  const Json labels = at(backup_job(backup_inputs()), "/spec/template/metadata/labels");
  for (const auto& [key, value] : selector_labels("nightly"))
    if (key == kNameLabel) CHECK(labels.at(key) != value);
}

TEST_CASE("a service mesh is asked to add no sidecar to a Job's pod, which would never end") {
  for (const Json& job : {backup_job(backup_inputs()), delete_job(backup_inputs())})
    CHECK(at(job, "/spec/template/metadata/labels").at("sidecar.istio.io/inject") == "false");
  const Json labels = {{"sidecar.istio.io/inject", "true"}};
  const Json with = {{"podTemplate", {{"metadata", {{"labels", labels}}}}}};
  CHECK(at(backup_job(backup_inputs(registry_backup(), with)), "/spec/template/metadata/labels")
            .at("sidecar.istio.io/inject") == "true");
}

TEST_CASE(
    "the pod goes to the node of a volume that one node has at a time, and nowhere in particular else") {
  BackupInputs made =
      backup_inputs(registry_backup(), {{"podTemplate", {{"affinity", {{"nodeAffinity", Json::object()}}}}}});
  CHECK_FALSE(has(job_pod_spec(backup_job(made)), "/affinity/podAffinity"));
  made.beside_registry = true;
  const Json job = backup_job(made);
  const Json& term =
      at(job_pod_spec(job), "/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/0");
  CHECK(term.at("topologyKey") == "kubernetes.io/hostname");
  CHECK(at(term, "/labelSelector/matchLabels") == Json(selector_labels("mcp-registry")));
  CHECK(has(job_pod_spec(job), "/affinity/nodeAffinity"));
}

TEST_CASE("the pod is scheduled as the registry's, but does not spread with them") {
  const Json spec = {
      {"podTemplate",
       {{"nodeSelector", {{"disk", "fast"}}}, {"topologySpreadConstraints", Json::array({Json::object()})}}},
      {"imagePullSecrets", Json::array({{{"name", "pull"}}})}};
  const Json job = backup_job(backup_inputs(registry_backup(), spec));
  CHECK(at(job_pod_spec(job), "/nodeSelector/disk") == "fast");
  CHECK(at(job_pod_spec(job), "/imagePullSecrets/0/name") == "pull");
  CHECK_FALSE(has(job_pod_spec(job), "/topologySpreadConstraints"));
}

TEST_CASE("a backup is deleted also where its Registry is gone") {
  BackupInputs made = backup_inputs();
  made.registry.reset();
  const Json job = delete_job(made);
  CHECK(command_words(job_container(job).at("args")) ==
        "delete-backup --from file:///backup/mcp/nightly --report /dev/termination-log");
  CHECK(job_container(job).at("image") == "example.com/default:1");
  CHECK_FALSE(job_pod_spec(job).contains("serviceAccountName"));
  CHECK(entry_named(job_pod_spec(job).at("volumes"), "data").is_null());
}

TEST_CASE("a location for people names the claim, which the pod's does not") {
  const auto location = [](const Json& destination) {
    return location_text(place_of(backup_inputs(registry_backup(Json::object(), destination))));
  };
  CHECK(location(claim_destination()) == "pvc://backups/mcp/nightly");
  CHECK(location({{"claim", {{"name", "backups"}}}}) == "pvc://backups/nightly");
  CHECK(location(s3_destination()) == "s3://backups/mcp/nightly");
}

TEST_CASE(
    "the declaration that goes into a backup can be applied again, and has nothing of the API server's") {
  const Json annotations = {{"kubectl.kubernetes.io/last-applied-configuration", "{}"}, {"mine", "kept"}};
  const Json declared = declaration_of(mcp_registry(
      {{"metadata", {{"annotations", annotations}, {"labels", {{"a", "b"}}}, {"resourceVersion", "7"}}},
       {"spec", {{"replicas", 0}}},
       {"status", {{"tools", 3}}}}));
  CHECK(declared == Json{{"apiVersion", "mcpregistry.dev/v1alpha1"},
                         {"kind", "Registry"},
                         {"metadata",
                          {{"name", "mcp-registry"},
                           {"namespace", "mcp"},
                           {"labels", {{"a", "b"}}},
                           {"annotations", {{"mine", "kept"}}}}},
                         {"spec", {{"replicas", 0}}}});
}

TEST_SUITE_END();
