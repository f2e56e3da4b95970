#include "test/faults/harness/resources.hpp"

#include <nlohmann/json.hpp>
#include <utility>

using namespace toolhive;

namespace toolhive::faults {

Answer ask_registry(kube::Client& client, const std::string& ns, const std::string& registry,
                    const std::string& path) {
  kube::HttpRequest request;
  request.method = "GET";
  request.target = "/api/v1/namespaces/" + ns + "/services/http:" + registry + ":8080/proxy" + path;
  const auto response = client.raw(Context{}.with_timeout(std::chrono::seconds(5)), request);
  if (!response.ok()) return {response.status().http_status(), nullptr};
  return {response->status, Json::parse(response->body, nullptr, false)};
}

ConditionView condition(const Json& object, const std::string& type) {
  const Json status = object.value("status", Json::object());
  for (const Json& found : status.value("conditions", Json::array())) {
    if (found.at("type") != type ||
        found.value("observedGeneration", -1) != object.at("metadata").at("generation"))
      continue;
    return {found.value("status", ""), found.value("reason", ""), found.value("message", "")};
  }
  return {};
}

}  // namespace toolhive::faults
