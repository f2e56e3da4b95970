#include "test/faults/harness/end_state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "test/faults/harness/resources.hpp"

using namespace toolhive;

namespace toolhive::faults {

namespace {

// Fields whose value differs in every run. A field that is there in one run and absent in another
// still shows. `digest` is among them because a tool's covers the name of its server, which has the
// namespace in it; its contractDigest is compared.
const std::set<std::string> kMasked = {
    "digest",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "lastTransitionTime",
    "lastUpdateTime",
    "registeredAt",
    "clusterIP",
    "clusterIPs",
    "volumeName",
    "pod-template-hash",
    // Of a backup, which has times in it.
    "bytes",
    "sha256",
};

std::string masked_text(std::string text, const std::string& ns) {
  static const std::regex uid("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  static const std::regex time("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z");
  // Of a ReplicaSet, of a Pod, and of what was discovered.
  static const std::regex generated(
      "(mcp-registry|forecasts-mcp|source|rain)-[a-z0-9]{8,10}(-[a-z0-9]{5})?\\b");
  // Of a dashboard, by the Registry's namespace.
  static const std::regex dashboard("mcp-[0-9a-f]{32}");
  // Of a scheduled backup.
  static const std::regex run("mcp-registry-[0-9]{12}\\b");
  for (std::size_t at = 0; (at = text.find(ns, at)) != std::string::npos;) text.replace(at, ns.size(), "NS");
  text = std::regex_replace(text, uid, "UID");
  text = std::regex_replace(text, time, "TIME");
  text = std::regex_replace(text, dashboard, "mcp-DIGEST");
  text = std::regex_replace(text, run, "mcp-registry-RUN");
  return std::regex_replace(text, generated, "$1-GENERATED");
}

Json items(kube::Client& client, const kube::ResourceType& type, const std::string& ns) {
  const auto list = client.list(Context{}.with_timeout(std::chrono::seconds(10)), type, {.ns = ns});
  if (!list.ok()) throw std::runtime_error("listing " + type.to_string() + ": " + list.status().to_string());
  Json found = Json::array();
  for (const kube::Object& object : list->items) found.push_back(object.json());
  return found;
}

// Of pods only what the operator answers for: that there are as many as asked for, and that they
// serve.
Json outline(const Json& pod) {
  Json containers = Json::array();
  for (const Json& container : pod.at("spec").at("containers")) containers.push_back(container.at("image"));
  const Json& conditions = pod.at("status").value("conditions", Json::array());
  const bool ready = std::any_of(conditions.begin(), conditions.end(), [](const Json& condition) {
    return condition.at("type") == "Ready" && condition.at("status") == "True";
  });
  return {{"images", containers},
          {"ready", ready},
          {"deleting", pod.at("metadata").contains("deletionTimestamp")}};
}

// What the operator declares; the rest is told by Kubernetes' own controller when it comes round.
Json without_status(Json autoscaler) {
  autoscaler.erase("status");
  return autoscaler;
}

bool is_type_before(const Json& a, const Json& b) {
  const auto type = [](const Json& condition) {
    return condition.is_object() ? condition.value("type", std::string()) : std::string();
  };
  return type(a) < type(b);
}

// By name, where a kind's outline has one, so that a difference stays within one object.
bool is_name_before(const Json& a, const Json& b) {
  const auto name = [](const Json& object) {
    return object.value("/metadata/name"_json_pointer, std::string());
  };
  return std::pair(name(a), a) < std::pair(name(b), b);
}

bool made_by_kubernetes(const Json& object) {
  const std::string name = object.at("metadata").at("name");
  return name == "kube-root-ca.crt" || name == "default";
}

// What the registry says it holds: every version of every tool, and of every server, withdrawn ones
// too.
Json registry_content(kube::Client& client, const std::string& ns, const std::string& registry) {
  const Answer tools = ask_registry(client, ns, registry, "/api/v1/tools?limit=100");
  if (tools.status != 200) return {{"status", tools.status}};
  Json content = {
      {"tools", tools.body},
      {"servers", ask_registry(client, ns, registry, "/v0.1/servers?limit=100&include_deleted=true").body}};
  for (const Json& tool : tools.body.value("tools", Json::array())) {
    const std::string name = tool.at("name");
    content["versions"][name] =
        ask_registry(client, ns, registry, "/api/v1/tools/" + name + "/versions").body;
  }
  return content;
}

}  // namespace

Json masked(const Json& document, const std::string& ns) {
  if (document.is_string()) return masked_text(document.get<std::string>(), ns);
  if (document.is_array()) {
    Json copy = Json::array();
    for (const Json& element : document) copy.push_back(masked(element, ns));
    return copy;
  }
  if (!document.is_object()) return document;
  Json copy = Json::object();
  for (const auto& [key, value] : document.items()) {
    if (key == "managedFields") continue;
    Json& member = copy[masked_text(key, ns)];
    member = kMasked.contains(key) ? Json("MASKED") : masked(value, ns);
    // A list by type: Kubernetes appends what changed last, so that its order tells of timing
    // alone.
    if (key == "conditions" && member.is_array()) std::sort(member.begin(), member.end(), is_type_before);
  }
  return copy;
}

Json end_state(kube::Client& client, const std::string& ns) {
  Json state;
  for (const kube::ResourceType* type : kEndStateTypes) {
    Json& objects = state[type->plural] = Json::array();
    for (const Json& object : items(client, *type, ns)) {
      if (made_by_kubernetes(object)) continue;
      if (type == &kPod)
        objects.push_back(masked(outline(object), ns));
      else
        objects.push_back(masked(type == &kAutoscaler ? without_status(object) : object, ns));
      if (type == &kRegistry)
        state["content of " + object.at("metadata").at("name").get<std::string>()] =
            masked(registry_content(client, ns, object.at("metadata").at("name")), ns);
    }
    std::sort(objects.begin(), objects.end(), is_name_before);
  }
  return state;
}

std::string difference(const Json& expected, const Json& actual) {
  std::string lines;
  for (const Json& change : Json::diff(expected, actual)) {
    const std::string path = change.at("path");
    const Json::json_pointer at(path);
    const auto text = [&](const Json& document) {
      return document.contains(at) ? document.at(at).dump().substr(0, 300) : "nothing";
    };
    lines += path + ": is " + text(actual) + ", not " + text(expected) + "\n";
  }
  return lines;
}

}  // namespace toolhive::faults
