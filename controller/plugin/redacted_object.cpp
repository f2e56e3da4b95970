#include "controller/plugin/redacted_object.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/plugin/redacted_text.hpp"
#include "controller/plugin/secret_name.hpp"

namespace toolhive::plugin {

namespace {

constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

void redact(Json& value);

// {"name": "API_KEY", "value": "x"}: an environment variable or a header.
void redact_named_value(Json& object) {
  const auto value = object.find("value");
  if (value != object.end() && value->is_string() && is_secret_name(string_member(object, "name")))
    *value = kRedacted;
}

void redact_headers(Json& headers) {
  for (Json& header : headers)
    if (header.is_object() && header.contains("value")) header["value"] = kRedacted;
}

void redact_object(Json& object) {
  object.erase("managedFields");
  object.erase(kLastApplied);
  redact_named_value(object);
  for (auto& [name, value] : object.items()) {
    if (value.is_string() && is_secret_name(name))
      value = kRedacted;
    else
      redact(value);
    if (value.is_array() && (name == "headers" || name == "httpHeaders")) redact_headers(value);
  }
}

// What follows "--password" is one.
void redact_array(Json& array) {
  bool is_value = false;
  for (Json& each : array) {
    const bool is_text = each.is_string();
    if (is_text && is_value)
      each = kRedacted;
    else
      redact(each);
    const std::string text = is_text ? each.get<std::string>() : "";
    is_value = text.starts_with("-") && text.find('=') == std::string::npos && is_secret_name(text);
  }
}

// As deep as the object is: the API server takes none that is nested deeper than it can go.
void redact(Json& value) {
  if (value.is_object()) redact_object(value);
  if (value.is_array()) redact_array(value);
  if (value.is_string()) value = redacted_text(value.get_ref<const std::string&>());
}

}  // namespace

Json redacted_object(const Json& object) {
  Json copy = object;
  redact(copy);
  return copy;
}

}  // namespace toolhive::plugin
