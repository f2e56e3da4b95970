#include "test/faults/harness/acts.hpp"

#include <stdexcept>

#include "test/faults/harness/resources.hpp"

using namespace toolhive;

namespace toolhive::faults {

using kube::Client;

namespace {

void require(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.to_string());
}

}  // namespace

Context bounded() {
  return Context{}.with_timeout(std::chrono::seconds(20));
}

void apply(Client& client, const kube::ResourceType& type, const std::string& ns, const std::string& name,
           Json intent) {
  intent["metadata"]["namespace"] = ns;
  intent["metadata"]["name"] = name;
  require(client.apply(bounded(), type, intent, {.field_manager = "user"}).status());
}

void patch(Client& client, const kube::ResourceType& type, const std::string& ns, const std::string& name,
           const Json& change) {
  require(client.patch(bounded(), type, {ns, name}, kube::PatchType::MergePatch, change).status());
}

void remove(Client& client, const kube::ResourceType& type, const std::string& ns, const std::string& name) {
  require(client.remove(bounded(), type, {ns, name}));
}

std::string missing_condition(Client& client, const kube::ResourceType& type, const std::string& ns,
                              const std::string& name, const std::string& condition_type,
                              const std::string& wanted, const std::string& reason) {
  const auto object = client.get(bounded(), type, {ns, name});
  if (!object.ok()) return object.status().to_string();
  const ConditionView is = condition(object->json(), condition_type);
  if (is.status == wanted && (reason.empty() || is.reason == reason)) return {};
  return type.kind + " " + name + " has " + condition_type + "=" + is.status + " (" + is.reason +
         "): " + is.message;
}

std::string still_there(Client& client, const kube::ResourceType& type, const std::string& ns,
                        const std::string& selector) {
  const auto list = client.list(bounded(), type, {.ns = ns, .label_selector = selector});
  if (!list.ok()) return list.status().to_string();
  return list->items.empty() ? ""
                             : type.kind + " " + list->items.front().key().to_string() + " is still there";
}

std::string all_ready(Client& client, const std::string& ns) {
  const std::string registry = missing_condition(client, kRegistry, ns, kRegistryName, "Ready", "True");
  return registry.empty() ? missing_condition(client, kMcpTool, ns, kToolName, "Ready", "True") : registry;
}

}  // namespace toolhive::faults
