// The NetworkPolicies of the pods that back up and that delete a backup. Pure.
#pragma once

#include "controller/base/json.hpp"
#include "controller/operator/backup/inputs.hpp"

namespace toolhive {

// Whether the pods get one: they do unless the Registry has switched off its own.
bool has_network_policy(const BackupInputs& inputs);

// Nobody is let in. What is let out is what the pods need: DNS with the ports of the S3 service and
// of the database, at any address; nothing where both are volumes. Each has the name of its Job.
// backup_network_policy() only with a Registry.
Json backup_network_policy(const BackupInputs& inputs);
Json delete_network_policy(const BackupInputs& inputs);

}  // namespace toolhive
