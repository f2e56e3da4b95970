// What resources say of the pods that are made for them.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/kube/object/field_reader.hpp"

namespace toolhive {

// Of a container.
struct Resources {
  StringMap requests;
  StringMap limits;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read_quantities("requests", requests);
    fields.read_quantities("limits", limits);
  }
};

// Additions to the pods, for scheduling and metadata.
struct PodTemplate {
  StringMap labels;
  StringMap annotations;
  StringMap node_selector;
  JsonPtr tolerations;
  JsonPtr affinity;
  JsonPtr topology_spread_constraints;
  std::string priority_class_name;

  template <class Fields>
  void describe(const Fields& fields) {
    const Fields metadata = fields.object("metadata");
    metadata.read("labels", labels);
    metadata.read("annotations", annotations);
    fields.read("nodeSelector", node_selector);
    fields.read("tolerations", tolerations);
    fields.read("affinity", affinity);
    fields.read("topologySpreadConstraints", topology_spread_constraints);
    fields.read("priorityClassName", priority_class_name);
  }
};

}  // namespace toolhive
