// Registry: the C++ view of registries.mcpregistry.dev; field by field what
// mcpregistry.dev_registries.yaml says, defaults included, so that a document from before a default
// existed reads the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/status.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/label_selector.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

struct RegistrySpec {
  std::string image;  // empty: the operator's default
  std::string image_pull_policy;
  std::vector<std::string> image_pull_secrets;
  std::int64_t replicas = 1;

  struct Storage {
    std::string size = "10Gi";
    std::string storage_class_name;  // empty: the cluster's default
    std::vector<std::string> access_modes = {"ReadWriteOnce"};
    std::string existing_claim;
    bool retain = true;
  } storage;

  // Of the service's own files, as declared; null: its defaults. The schema says what may stand
  // there.
  JsonPtr config;
  JsonPtr server;

  struct Exposure {
    enum class Type { Auto, Route, None };
    Type type = Type::Auto;
    std::string host;
    StringMap annotations;
  } exposure;

  bool network_policy = true;
  bool disruption_budget = true;

  struct AllowedNamespaces {
    enum class From { Same, All, Selector };
    From from = From::Same;
    kube::LabelSelector selector;
  } allowed_namespaces;

  struct Resources {
    StringMap requests;
    StringMap limits;
  };
  std::optional<Resources> resources;

  struct PodTemplate {
    StringMap labels;
    StringMap annotations;
    StringMap node_selector;
    JsonPtr tolerations;
    JsonPtr affinity;
    JsonPtr topology_spread_constraints;
    std::string priority_class_name;
  } pod_template;
};

struct Registry {
  RegistrySpec spec;

  // Invalid and terminal, with the field's path, when a field does not fit.
  static StatusOr<Registry> from_json(const Json& document);
};

const kube::ResourceType& registry_type();

}  // namespace toolhive

template <>
struct toolhive::kube::Resource<toolhive::Registry> {
  static const ResourceType& type() { return toolhive::registry_type(); }
  static StatusOr<toolhive::Registry> from_json(const Json& document) {
    return toolhive::Registry::from_json(document);
  }
};
