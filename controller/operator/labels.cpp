#include "controller/operator/labels.hpp"

namespace toolhive {

namespace {

StringMap labels_of(const char* application, const std::string& instance, const char* component) {
  return {{kNameLabel, application},
          {kInstanceLabel, instance},
          {"app.kubernetes.io/component", component},
          {"app.kubernetes.io/part-of", kRegistryApplication},
          {kManagedByLabel, kOperatorName}};
}

}  // namespace

StringMap selector_labels(const std::string& instance) {
  return {{kNameLabel, kRegistryApplication}, {kInstanceLabel, instance}};
}

StringMap operand_labels(const std::string& instance) {
  return labels_of(kRegistryApplication, instance, "registry");
}

StringMap server_selector_labels(const std::string& instance) {
  return {{kNameLabel, kServerApplication}, {kInstanceLabel, instance}};
}

StringMap server_labels(const std::string& instance) {
  return labels_of(kServerApplication, instance, "mcp-server");
}

StringMap backup_labels(const std::string& instance) {
  return labels_of(kBackupApplication, instance, "backup");
}

std::string selector_text(const std::string& instance) {
  std::string text;
  for (const auto& [key, value] : selector_labels(instance))
    text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

std::string pods_selector() {
  return std::string(kNameLabel) + " in (" + kRegistryApplication + "," + kServerApplication + "," +
         kBackupApplication + ")";
}

std::string managed_selector() {
  return std::string(kManagedByLabel) + "=" + kOperatorName;
}

bool is_paused(const kube::Object& object) {
  return object.meta().annotations.get(kPausedAnnotation) == "true";
}

bool is_hibernated(const kube::Object& object) {
  return object.meta().annotations.get(kHibernationAnnotation) == "on";
}

}  // namespace toolhive
