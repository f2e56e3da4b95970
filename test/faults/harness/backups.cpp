#include "test/faults/harness/backups.hpp"

#include <nlohmann/json.hpp>

#include "test/faults/harness/acts.hpp"
#include "test/faults/harness/resources.hpp"

using namespace toolhive;

namespace toolhive::faults {

using kube::Client;

namespace {

constexpr const char* kBackup = "nightly";
constexpr const char* kBackupsClaim = "backups";
constexpr const char* kDataClaim = "mcp-registry-data";
constexpr const char* kRegistryLabel = "mcpregistry.dev/registry";
constexpr const char* kEarlierName = "mcp-registry-202001010000";

Json destination() {
  return {{"claim", {{"name", kBackupsClaim}, {"path", "mcp"}}}};
}

Json backup() {
  return {{"spec", {{"registryRef", {{"name", kRegistryName}}}, {"destination", destination()}}}};
}

void claim_place(Client& client, const std::string& ns) {
  apply(client, kClaim, ns, kBackupsClaim,
        {{"spec",
          {{"accessModes", Json::array({"ReadWriteOnce"})},
           {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}});
}

// Its Job goes once its result is told.
std::string not_complete(Client& client, const std::string& ns, const std::string& name) {
  std::string missing = missing_condition(client, kRegistryBackup, ns, name, "Complete", "True");
  return missing.empty() ? still_there(client, kJob, ns) : missing;
}

std::string runs() {
  return std::string(kRegistryLabel) + "=" + kRegistryName;
}

// Of the runs: that the last one alone is there, and complete.
std::string not_one_kept(Client& client, const std::string& ns) {
  const auto list = client.list(bounded(), kRegistryBackup, {.ns = ns, .label_selector = runs()});
  if (!list.ok()) return list.status().to_string();
  if (list->items.size() != 1) return std::to_string(list->items.size()) + " runs are there";
  const std::string name(list->items.front().meta().name);
  return name == kEarlierName ? "only the earlier run is there" : not_complete(client, ns, name);
}

}  // namespace

const Step kBackUp{"back up",
                   [](Client& client, const std::string& ns) {
                     claim_place(client, ns);
                     apply(client, kRegistryBackup, ns, kBackup, backup());
                   },
                   [](Client& client, const std::string& ns) { return not_complete(client, ns, kBackup); }};

const Step kDeleteBackup{
    "delete the backup",
    [](Client& client, const std::string& ns) { remove(client, kRegistryBackup, ns, kBackup); },
    [](Client& client, const std::string& ns) -> std::string {
      if (client.get(bounded(), kRegistryBackup, {ns, kBackup}).ok()) return "the backup is still there";
      return still_there(client, kJob, ns);
    }};

const Step kLose{
    "lose the Registry and its data",
    [](Client& client, const std::string& ns) {
      remove(client, kRegistry, ns, kRegistryName);
      remove(client, kClaim, ns, kDataClaim);
    },
    [](Client& client, const std::string& ns) -> std::string {
      for (const kube::ResourceType* type : {&kRegistry, &kDeployment, &kReplicaSet, &kPod, &kService})
        if (std::string there = still_there(client, *type, ns); !there.empty()) return there;
      return client.get(bounded(), kClaim, {ns, kDataClaim}).ok() ? "its claim is still there" : "";
    }};

const Step kRestore{
    "restore from the backup",
    [](Client& client, const std::string& ns) {
      apply(client, kRegistry, ns, kRegistryName,
            {{"spec",
              {{"storage", {{"size", "1Gi"}}}, {"restoreFrom", {{"backupRef", {{"name", kBackup}}}}}}}});
    },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing = missing_condition(client, kRegistry, ns, kRegistryName, "Restored", "True");
      return missing.empty() ? all_ready(client, ns) : missing;
    }};

const Step kEarlierRun{
    "back up, as an earlier run would",
    [](Client& client, const std::string& ns) {
      claim_place(client, ns);
      Json run = backup();
      run["metadata"] = {{"labels", {{kRegistryLabel, kRegistryName}}},
                         {"annotations", {{"mcpregistry.dev/scheduled-at", "2020-01-01T00:00:00Z"}}}};
      apply(client, kRegistryBackup, ns, kEarlierName, run);
    },
    [](Client& client, const std::string& ns) { return not_complete(client, ns, kEarlierName); }};

const Step kSchedule{
    "schedule backups",
    [](Client& client, const std::string& ns) {
      patch(
          client, kRegistry, ns, kRegistryName,
          {{"spec",
            {{"backup",
              {{"schedule", "* * * * *"}, {"destination", destination()}, {"retention", {{"keep", 1}}}}}}}});
    },
    not_one_kept};

const Step kSuspend{
    "suspend the schedule",
    [](Client& client, const std::string& ns) {
      patch(client, kRegistry, ns, kRegistryName, {{"spec", {{"backup", {{"suspend", true}}}}}});
    },
    [](Client& client, const std::string& ns) -> std::string {
      std::string missing =
          missing_condition(client, kRegistry, ns, kRegistryName, "BackupHealthy", "Unknown", "Suspended");
      return missing.empty() ? not_one_kept(client, ns) : missing;
    }};

const Step kDeleteRuns{"delete the scheduled backups",
                       [](Client& client, const std::string& ns) {
                         const auto list =
                             client.list(bounded(), kRegistryBackup, {.ns = ns, .label_selector = runs()});
                         for (const kube::Object& run : list->items)
                           remove(client, kRegistryBackup, ns, std::string(run.meta().name));
                       },
                       [](Client& client, const std::string& ns) -> std::string {
                         std::string there = still_there(client, kRegistryBackup, ns, runs());
                         return there.empty() ? still_there(client, kJob, ns) : there;
                       }};

}  // namespace toolhive::faults
