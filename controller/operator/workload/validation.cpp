#include "controller/operator/workload/validation.hpp"

#include "controller/operator/labels.hpp"
#include "controller/operator/text.hpp"

namespace toolhive {

namespace {

// With "-mcp" it is the name of a Service and the value of a label.
constexpr std::size_t kMaxName = 59;

bool is_reserved(const StringMap& map, bool labels) {
  for (const auto& [key, value] : map)
    if (key.starts_with(kReservedPrefix) || (labels && key.starts_with(kReservedLabelPrefix))) return true;
  return false;
}

}  // namespace

std::optional<ConditionValue> refuse_workload(const WorkloadInputs& inputs) {
  const WorkloadSpec& spec = inputs.spec;
  const auto refused = [](const std::string& message) { return ConditionValue::no("InvalidSpec", message); };
  if (!is_dns_label(inputs.key.name) || inputs.key.name.size() > kMaxName)
    return refused("metadata.name: \"" + inputs.key.name +
                   "\" cannot name the Service of its server; use at most " + std::to_string(kMaxName) +
                   " of a-z, 0-9 and -, beginning with a letter and not ending with -");
  if (spec.image.empty()) return refused("spec.server.workload.image: is required");
  if (spec.transport == WorkloadSpec::Transport::Stdio) {
    if (spec.command.empty())
      return refused(
          "spec.server.workload.command: is required with transport Stdio, because nobody outside the image "
          "knows what it would run");
    if (inputs.bridge_image.empty())
      return refused(
          "spec.server.workload.transport: this operator was started without an image of mcp-bridge "
          "(RELATED_IMAGE_BRIDGE or --bridge-image), which runs Stdio servers");
  }
  if (is_reserved(spec.pod_template.labels, true) || is_reserved(spec.pod_template.annotations, false))
    return refused(
        "spec.server.workload.podTemplate.metadata: labels that begin with app.kubernetes.io/ or "
        "mcpregistry.dev/ are set by the operator; leave them out");
  return std::nullopt;
}

}  // namespace toolhive
