#include "controller/operator/operand/informers.hpp"

#include "controller/operator/labels.hpp"

namespace toolhive {

runtime::InformerOptions operand_informer(bool optional) {
  runtime::InformerOptions options{.ns = {}, .label_selector = managed_selector(), .field_selector = {}};
  options.optional = optional;
  return options;
}

runtime::InformerOptions pod_informer() {
  return {.ns = {}, .label_selector = pods_selector(), .field_selector = {}};
}

}  // namespace toolhive
