#include "test/unit/operator/crd_schema.hpp"

#include <nlohmann/json.hpp>

#include "test/unit/operator/yaml_file.hpp"

namespace toolhive::test {

Json spec_schema(const std::string& plural) {
  const Json crd = yaml_file("crds/mcpregistry.dev_" + plural + ".yaml");
  return crd.at(Json::json_pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec"));
}

}  // namespace toolhive::test
