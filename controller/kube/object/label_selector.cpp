#include "controller/kube/object/label_selector.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace toolhive::kube {

Json LabelSelector::to_json() const {
  Json json = Json::object();
  if (!match_labels.empty()) json["matchLabels"] = match_labels;
  for (const Requirement& requirement : match_expressions) {
    Json item = {{"key", requirement.key}, {"operator", requirement.op}};
    if (!requirement.values.empty()) item["values"] = requirement.values;
    json["matchExpressions"].push_back(std::move(item));
  }
  return json;
}

bool LabelSelector::matches(const Labels& labels) const {
  for (const auto& [key, value] : match_labels) {
    if (labels.get(key) != value) return false;
  }
  return std::all_of(match_expressions.begin(), match_expressions.end(), [&](const Requirement& requirement) {
    const auto label = labels.get(requirement.key);
    const auto listed = [&] {
      return std::find(requirement.values.begin(), requirement.values.end(), *label) !=
             requirement.values.end();
    };
    if (requirement.op == "In") return label && listed();
    if (requirement.op == "NotIn") return !label || !listed();
    if (requirement.op == "Exists") return label.has_value();
    if (requirement.op == "DoesNotExist") return !label;
    return false;
  });
}

}  // namespace toolhive::kube
