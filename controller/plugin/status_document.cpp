#include "controller/plugin/status_document.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/plugin/condition.hpp"
#include "controller/plugin/operand_state.hpp"

namespace toolhive::plugin {

namespace {

// Namespace, name and what the operator says of the object.
Json described(const Json& object) {
  const Json* const status = value_at(object, "/status");
  return {{"namespace", text_at(object, "/metadata/namespace")},
          {"name", text_at(object, "/metadata/name")},
          {"status", status == nullptr ? Json::object() : *status}};
}

Json operand(const Json& object) {
  const OperandState state = operand_state(object);
  return {{"kind", string_member(object, "kind")},
          {"name", text_at(object, "/metadata/name")},
          {"healthy", state.tone == Tone::Good || state.tone == Tone::Plain},
          {"message", state.text}};
}

Json each_of(const std::vector<Json>& objects, Json (*make)(const Json&)) {
  Json list = Json::array();
  for (const Json& object : objects) list.push_back(make(object));
  return list;
}

Json registry(const RegistryObjects& objects) {
  Json document = described(*objects.registry);
  document["ready"] = condition_of(*objects.registry, "Ready").holds();
  document["operands"] = each_of(objects.operands, operand);
  document["mcpTools"] = each_of(objects.tools, described);
  document["backups"] = each_of(objects.backups, described);
  document["notRead"] = objects.gaps;
  return document;
}

}  // namespace

Json status_document(const std::vector<RegistryObjects>& registries) {
  Json list = Json::array();
  for (const RegistryObjects& objects : registries) list.push_back(registry(objects));
  return {{"registries", std::move(list)}};
}

}  // namespace toolhive::plugin
