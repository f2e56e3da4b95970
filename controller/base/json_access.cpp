#include "controller/base/json_access.hpp"

#include <nlohmann/json.hpp>

namespace toolhive {

std::string string_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace toolhive
