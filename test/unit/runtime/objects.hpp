// The types and objects that the runtime's tests are about.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/object/object.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::runtime_test {

extern const kube::ResourceType kConfigMap;
extern const kube::ResourceType kSecret;
extern const kube::ResourceType kLease;
extern const kube::ResourceType kEvent;
extern const kube::ResourceType kWidget;  // a custom resource with status

Json widget(const std::string& ns, const std::string& name, const Json& spec = Json::object());
Json config_map(const std::string& ns, const std::string& name, const Json& data = Json::object());
kube::Object object(const Json& document);

}  // namespace toolhive::runtime_test
