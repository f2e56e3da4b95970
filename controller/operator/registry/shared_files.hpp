// Files that several pods of a Registry have at the same time. Pure.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// The access mode of a volume that many nodes can mount at the same time.
inline constexpr const char* kReadWriteMany = "ReadWriteMany";

// Whether any number of pods may serve the registry's files: on a volume that many nodes can mount.
bool has_shared_files(const RegistrySpec& spec);

// Whether a new pod may come before an old one goes.
bool rolls(const RegistryInputs& inputs);

// Whether the server in `pod` shares the files of the claim of that name with others. One that has
// files for itself, or those of another claim, does not.
bool shares_files(const Json& pod, const std::string& claim);

// Tells the server in `container` where the other replicas reach it.
void add_replica_host(const RegistrySpec& spec, Json& container);

}  // namespace toolhive
