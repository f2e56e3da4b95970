#include "test/unit/operator/crd_schema.hpp"

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

namespace toolhive::test {

namespace {

Json yaml_to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    Json object = Json::object();
    for (const auto& member : node) object[member.first.Scalar()] = yaml_to_json(member.second);
    return object;
  }
  if (node.IsSequence()) {
    Json array = Json::array();
    for (const auto& item : node) array.push_back(yaml_to_json(item));
    return array;
  }
  if (node.IsNull()) return nullptr;
  const std::string& text = node.Scalar();
  const bool quoted = node.Tag() == "!";
  if (!quoted && Json::accept(text)) return Json::parse(text);
  return text;
}

}  // namespace

Json spec_schema(const std::string& plural) {
  const Json crd =
      yaml_to_json(YAML::LoadFile(TOOLHIVE_SOURCE_DIR "/crds/mcpregistry.dev_" + plural + ".yaml"));
  return crd.at(Json::json_pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec"));
}

}  // namespace toolhive::test
