#include "controller/operator/workload/validation.hpp"

#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/text.hpp"

namespace toolhive {

namespace {

// With "-mcp" it is the name of a Service and the value of a label.
constexpr std::size_t kMaxName = 59;

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
  const PodTemplate& pod = spec.pod_template;
  const auto set_by_operator = [&](const char* map, const std::string& key) {
    return refused("spec.server.workload.podTemplate.metadata." + std::string(map) + "[" + key +
                   "]: is set by the operator; leave it out");
  };
  if (const auto key = reserved_label(pod.labels)) return set_by_operator("labels", *key);
  if (const auto key = reserved_annotation(pod.annotations)) return set_by_operator("annotations", *key);
  return std::nullopt;
}

}  // namespace toolhive
