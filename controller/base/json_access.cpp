#include "controller/base/json_access.hpp"

#include <nlohmann/json.hpp>

namespace toolhive {

std::string string_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json* value_at(const Json& document, const char* pointer) {
  const Json::json_pointer path(pointer);
  return document.contains(path) ? &document.at(path) : nullptr;
}

std::string text_at(const Json& document, const char* pointer) {
  const Json* value = value_at(document, pointer);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace toolhive
