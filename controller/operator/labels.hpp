// What labels and annotations say, and the sets of labels that go together.
#pragma once

#include <string>

#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/operator/label/label_names.hpp"

namespace toolhive {

// On every operand of the Registry `instance`.
StringMap operand_labels(const std::string& instance);
// The stable part of them, by which Deployment, Service and policies find the pods.
StringMap selector_labels(const std::string& instance);
// selector_labels() as a label selector's text.
std::string selector_text(const std::string& instance);
// The same of the server of the MCPTool `instance`.
StringMap server_labels(const std::string& instance);
StringMap server_selector_labels(const std::string& instance);
// On what is made for the RegistryBackup `instance`. No Service of a registry selects its pods.
StringMap backup_labels(const std::string& instance);
// Selects the pods of all registries, servers and backups.
std::string pods_selector();
// Selects all operands of this operator.
std::string managed_selector();

bool is_paused(const kube::Object& object);
bool is_hibernated(const kube::Object& object);

}  // namespace toolhive
