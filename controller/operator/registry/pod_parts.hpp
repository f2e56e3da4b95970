// What a pod has that works on a registry's data, whether it serves or backs up. Pure.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// Of files from Secrets. 0440: PostgreSQL's client takes no key that others can read.
inline constexpr int kSecretFileMode = 0440;

// Data, where they are files, the service's two files, and the Secrets of the services that it
// connects to.
Json registry_volumes(const RegistryInputs& inputs);
// Of a container; `read_only` is about the data alone.
Json registry_volume_mounts(const RegistrySpec& spec, bool read_only);
// Of a container: those of the spec, or as much as an ordinary registry needs.
Json registry_resources(const RegistrySpec& spec);
// Runs a command of the program with `arguments`, which leaves its report as the container's last
// message. It has no mounts yet.
Json command_container(const char* name, const std::string& image, const RegistrySpec& spec, Json arguments);
// Of the pod. No user id: the image's own or, on OpenShift, one that the namespace is assigned.
Json registry_security_context(const RegistryInputs& inputs);

}  // namespace toolhive
