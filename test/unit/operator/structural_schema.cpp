#include "test/unit/operator/structural_schema.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "registry/model/text.hpp"

namespace toolhive::test {
namespace {

std::string refusal_at(const Json& schema, const Json& value, const std::string& path);

bool is_of_type(const std::string& type, const Json& value) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "string" && value.is_string();
}

std::string text_refusal(const Json& schema, const std::string& text, const std::string& path) {
  const std::size_t length = registry::count_characters(text);
  if (length < schema.value("minLength", std::size_t{0})) return path + " minLength";
  if (length > schema.value("maxLength", length)) return path + " maxLength";
  if (schema.contains("pattern") &&
      !std::regex_search(text, std::regex(schema.at("pattern").get<std::string>())))
    return path + " pattern";
  return {};
}

std::string list_refusal(const Json& schema, const Json& list, const std::string& path) {
  if (list.size() < schema.value("minItems", std::size_t{0})) return path + " minItems";
  if (list.size() > schema.value("maxItems", list.size())) return path + " maxItems";
  if (schema.value("x-kubernetes-list-type", "") == "set") {
    std::vector<Json> sorted = list.get<std::vector<Json>>();
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return path + " set";
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string refusal = refusal_at(schema.at("items"), list[i], path + "[" + std::to_string(i) + "]");
    if (!refusal.empty()) return refusal;
  }
  return {};
}

std::string object_refusal(const Json& schema, const Json& object, const std::string& path) {
  if (object.size() < schema.value("minProperties", std::size_t{0})) return path + " minProperties";
  for (const Json& name : schema.value("required", Json::array()))
    if (!object.contains(name.get<std::string>())) return path + " required";
  const Json properties = schema.value("properties", Json::object());
  const bool open = schema.value("x-kubernetes-preserve-unknown-fields", false);
  for (const auto& [name, member] : object.items()) {
    const std::string at = path + "." + name;
    if (!properties.contains(name)) {
      if (!open) return at + " unknown";
      continue;
    }
    std::string refusal = refusal_at(properties.at(name), member, at);
    if (!refusal.empty()) return refusal;
  }
  return {};
}

std::string refusal_at(const Json& schema, const Json& value, const std::string& path) {
  if (!is_of_type(schema.at("type"), value)) return path + " type";
  if (schema.contains("enum")) {
    const Json& words = schema.at("enum");
    if (std::find(words.begin(), words.end(), value) == words.end()) return path + " enum";
  }
  if (value.is_string()) return text_refusal(schema, value.get_ref<const std::string&>(), path);
  if (value.is_array()) return list_refusal(schema, value, path);
  if (value.is_object()) return object_refusal(schema, value, path);
  return {};
}

}  // namespace

std::string structural_refusal(const Json& schema, const Json& value) {
  return refusal_at(schema, value, "");
}

}  // namespace toolhive::test
