#include "test/unit/operator/yaml_file.hpp"

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

Json yaml_file(const std::string& path) {
  return yaml_to_json(YAML::LoadFile(TOOLHIVE_SOURCE_DIR "/" + path));
}

}  // namespace toolhive::test
