// Makers of what the tests of backups begin with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/operator/backup/observe.hpp"
#include "test/unit/operator/make.hpp"

namespace toolhive::test {

inline constexpr const char* kJobUid = "uid-of-the-job";

inline const Json& claim_destination() {
  static const Json destination = {{"claim", {{"name", "backups"}, {"path", "mcp"}}}};
  return destination;
}

inline const Json& s3_destination() {
  static const Json destination = {{"s3",
                                    {{"endpoint", "https://s3.example"},
                                     {"bucket", "backups"},
                                     {"prefix", "mcp"},
                                     {"pathStyle", true},
                                     {"secretRef", {{"name", "s3"}}}}}};
  return destination;
}

// A RegistryBackup "mcp/nightly" of mcp-registry, with a merge patch on it.
inline kube::Object registry_backup(const Json& patch = Json::object(),
                                    const Json& destination = claim_destination()) {
  return patched(
      *kube::Object::from(
          {{"apiVersion", "mcpregistry.dev/v1alpha1"},
           {"kind", "RegistryBackup"},
           {"metadata",
            {{"name", "nightly"}, {"namespace", "mcp"}, {"uid", "uid-of-nightly"}, {"generation", 1}}},
           {"spec", {{"registryRef", {{"name", "mcp-registry"}}}, {"destination", destination}}}}),
      patch);
}

inline BackupInputs backup_inputs(const kube::Object& backup = registry_backup(),
                                  const Json& registry_spec = Json::object()) {
  BackupInputs made;
  made.key = backup.key();
  made.uid = std::string(backup.meta().uid);
  made.spec = backup.as<RegistryBackup>()->spec;
  made.registry = inputs(registry_spec);
  made.default_image = "example.com/default:1";
  return made;
}

// What is observed of it before anything is made.
inline BackupObservation backup_observation(const kube::Object& backup = registry_backup()) {
  return {.object = backup, .status = backup.status(), .inputs = backup_inputs(backup), .pods = {}};
}

// The Job as the API server has it; `condition` is what it ended with.
inline Json live_job(const char* condition = nullptr, const char* reason = "") {
  Json job = {{"metadata", {{"name", "backup-uid-of-nightly"}, {"uid", kJobUid}}},
              {"status", Json::object()}};
  if (condition)
    job["status"]["conditions"] = Json::array(
        {{{"type", condition}, {"status", "True"}, {"reason", reason}, {"message", "the Job's words"}}});
  return job;
}

inline Json job_pod(const std::string& name, const Json& status) {
  return {{"metadata",
           {{"name", name},
            {"namespace", "mcp"},
            {"creationTimestamp", "2026-01-01T00:01:00Z"},
            {"ownerReferences", Json::array({{{"kind", "Job"}, {"uid", kJobUid}, {"controller", true}}})}}},
          {"status", status}};
}

// One whose container ended, and left the message.
inline Json ended_pod(const std::string& name, int exit_code, const std::string& message) {
  const Json end = {{"exitCode", exit_code}, {"message", message}};
  return job_pod(
      name, {{"phase", exit_code == 0 ? "Succeeded" : "Failed"},
             {"containerStatuses", Json::array({{{"name", "backup"}, {"state", {{"terminated", end}}}}})}});
}

// A command as it would be typed.
inline std::string command_words(const Json& arguments) {
  std::string text;
  for (const std::string argument : arguments) text += (text.empty() ? "" : " ") + argument;
  return text;
}

inline const char* const kGoodReport =
    R"({"location":"file:///backup/mcp/nightly","tools":3,"servers":1,"bytes":4096,"sha256":"ab12","takenAt":"2026-01-01T00:00:00Z"})";

}  // namespace toolhive::test
