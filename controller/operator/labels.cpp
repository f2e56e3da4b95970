#include "controller/operator/labels.hpp"

namespace toolhive {

namespace {
constexpr const char* kApplication = "mcp-registry";
}

StringMap selector_labels(const std::string& instance) {
  return {{kNameLabel, kApplication}, {kInstanceLabel, instance}};
}

StringMap operand_labels(const std::string& instance) {
  StringMap labels = selector_labels(instance);
  labels.emplace("app.kubernetes.io/component", "registry");
  labels.emplace("app.kubernetes.io/part-of", "mcp-registry");
  labels.emplace(kManagedByLabel, kOperatorName);
  return labels;
}

std::string selector_text(const std::string& instance) {
  std::string text;
  for (const auto& [key, value] : selector_labels(instance))
    text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

std::string registry_selector() {
  return std::string(kNameLabel) + "=" + kApplication;
}

std::string managed_selector() {
  return std::string(kManagedByLabel) + "=" + kOperatorName;
}

bool is_paused(const kube::Object& object) {
  return object.meta().annotations.get(kPausedAnnotation) == "true";
}

}  // namespace toolhive
