// LabelSelector: metav1.LabelSelector, evaluated on this side.
#pragma once

#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/meta.hpp"

namespace toolhive::kube {

struct LabelSelector {
  struct Requirement {
    std::string key;
    std::string op;  // In, NotIn, Exists, DoesNotExist
    std::vector<std::string> values;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.read("key", key);
      fields.read("operator", op);
      fields.read("values", values);
    }
  };
  StringMap match_labels;
  std::vector<Requirement> match_expressions;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("matchLabels", match_labels);
    for (const Fields& item : fields.objects("matchExpressions"))
      match_expressions.emplace_back().describe(item);
  }
  Json to_json() const;
  // All requirements hold; a selector without any matches everything, as in Kubernetes.
  bool matches(const Labels& labels) const;
};

}  // namespace toolhive::kube
