#include "test/faults/harness/resources.hpp"

#include <nlohmann/json.hpp>
#include <utility>

using namespace toolhive;

namespace toolhive::faults {

namespace {

Answer send(kube::Client& client, const std::string& ns, const std::string& registry, const std::string& path,
            kube::HttpRequest request) {
  request.target = "/api/v1/namespaces/" + ns + "/services/http:" + registry + ":8080/proxy" + path;
  const auto response = client.raw(Context{}.with_timeout(std::chrono::seconds(5)), std::move(request));
  if (!response.ok()) return {response.status().http_status(), nullptr};
  return {response->status, Json::parse(response->body, nullptr, false)};
}

}  // namespace

Answer ask_registry(kube::Client& client, const std::string& ns, const std::string& registry,
                    const std::string& path) {
  return send(client, ns, registry, path, {.method = "GET"});
}

Answer tell_registry(kube::Client& client, const std::string& ns, const std::string& registry,
                     const std::string& path, const Json& document) {
  return send(client, ns, registry, path,
              {.method = "POST", .content_type = "application/json", .body = document.dump()});
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
