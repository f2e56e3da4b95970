// What is made for a RegistryBackup: the Job that writes the backup with the ConfigMap that goes
// into it, and the Job that deletes it. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/backup/inputs.hpp"
#include "controller/operator/operand/rollout.hpp"

namespace toolhive {

// Only with a Registry.
Json backup_job(const BackupInputs& inputs);
Json backup_files(const BackupInputs& inputs);
// With the settings of the Registry's pods while there is one, else with the operator's defaults.
Json delete_job(const BackupInputs& inputs);

// What the API server says against one of them.
std::string job_refusal(const kube::ResourceType& type, const std::string& message);

// The container that does the work.
inline constexpr RolloutTerms kBackupTerms{
    .container = "backup", .fields = "the Registry's spec", .readiness = "its log says why"};

// The first of the program's exit codes that say that no further try can help.
inline constexpr std::int64_t kFinalExitCode = 2;

}  // namespace toolhive
