#include "controller/operator/operand/informers.hpp"

#include "controller/operator/labels.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

runtime::InformerOptions operand_informer(bool optional) {
  runtime::InformerOptions options{.ns = {}, .label_selector = managed_selector(), .field_selector = {}};
  options.optional = optional;
  return options;
}

runtime::InformerOptions pod_informer() {
  return {.ns = {}, .label_selector = pods_selector(), .field_selector = {}};
}

StatusOr<std::vector<kube::Object>> labelled_pods(const runtime::Cache& cache, std::string_view application,
                                                  const kube::Key& instance) {
  auto pods = cache.list(pod_type(), instance.ns);
  if (!pods.ok()) return pods;
  std::erase_if(*pods, [&](const kube::Object& pod) {
    return pod.meta().labels.get(kInstanceLabel) != instance.name ||
           pod.meta().labels.get(kNameLabel) != application;
  });
  return pods;
}

}  // namespace toolhive
