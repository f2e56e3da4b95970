#include "test/e2e/harness/test_namespace.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "test/e2e/harness/reporter.hpp"

namespace e2e {

namespace {

// Of the operator's own namespace there is one.
bool own_is_taken = false;

bool take_own() {
  return std::getenv("TOOLHIVE_OWN_NAMESPACE") != nullptr && !std::exchange(own_is_taken, true);
}

}  // namespace

TestNamespace::TestNamespace(const std::string& purpose)
    : name_("e2e-" + purpose + "-" + std::to_string(::getpid())) {
  if (take_own()) {
    name_ = Cluster::get().operator_namespace();
    leftovers_.emplace(name_);
    report_on_failure(name_);
    return;
  }
  const Json object = {
      {"apiVersion", "v1"},
      {"kind", "Namespace"},
      {"metadata", {{"name", name_}, {"labels", {{"pod-security.kubernetes.io/enforce", "restricted"}}}}}};
  const Output output = Cluster::get().kubectl({"apply", "-f", "-"}, object.dump());
  REQUIRE_MESSAGE(output.ok(), output.explain());
  report_on_failure(name_);
}

TestNamespace::~TestNamespace() {
  forget_report(name_);
  if (leftovers_) {
    leftovers_.reset();
    own_is_taken = false;
    return;
  }
  Cluster::get().kubectl({"delete", "namespace", name_, "--wait=false"});
}

Output TestNamespace::kubectl(std::vector<std::string> args, const std::string& input) const {
  args.insert(args.begin(), {"--namespace", name_});
  return Cluster::get().kubectl(std::move(args), input);
}

std::string TestNamespace::require_kubectl(std::vector<std::string> args, const std::string& input) const {
  std::string command = "kubectl";
  for (const auto& arg : args) command += " " + arg;
  const Output output = kubectl(std::move(args), input);
  REQUIRE_MESSAGE(output.ok(), command << ": " << output.explain());
  return output.out;
}

void TestNamespace::apply(const Json& object) const {
  require_kubectl({"apply", "-f", "-"}, object.dump());
}

void TestNamespace::patch(const Kind& kind, const std::string& name, const Json& merge_patch) const {
  require_kubectl({"patch", kind.name, name, "--type=merge", "--patch", merge_patch.dump()});
}

void TestNamespace::remove(const Kind& kind, const std::string& name) const {
  require_kubectl({"delete", kind.name, name, "--wait=false"});
}

std::optional<Json> TestNamespace::find(const Kind& kind, const std::string& name) const {
  return Cluster::get().find(kind, name_, name);
}

Json TestNamespace::get(const Kind& kind, const std::string& name) const {
  auto object = find(kind, name);
  REQUIRE_MESSAGE(object.has_value(), kind.name << " " << name << " does not exist");
  return *std::move(object);
}

std::vector<Json> TestNamespace::pods_of(const std::string& registry) const {
  auto pods = Cluster::get().list(kPod, name_, "labelSelector=app.kubernetes.io%2Finstance%3D" + registry);
  std::erase_if(pods, [](const Json& pod) { return pod.at("metadata").contains("deletionTimestamp"); });
  return pods;
}

void TestNamespace::wait_condition(const Kind& kind, const std::string& name, const std::string& type,
                                   const std::string& status, const std::string& reason,
                                   Seconds bound) const {
  const std::string wanted = type + "=" + status + (reason.empty() ? "" : " (" + reason + ")");
  wait_until(
      std::string(kind.name) + "/" + name + " " + wanted,
      [&]() -> std::string {
        const auto object = find(kind, name);
        if (!object) return "it does not exist";
        const ConditionView is = condition(*object, type);
        if (is.status.empty()) return "it has no such condition";
        if (is.observed_generation != object->at("metadata").at("generation").get<std::int64_t>()) {
          return "the condition is of generation " + std::to_string(is.observed_generation);
        }
        if (is.status == status && (reason.empty() || is.reason == reason)) return {};
        return type + "=" + is.status + " (" + is.reason + "): " + is.message;
      },
      bound);
}

void TestNamespace::wait_ready(const Kind& kind, const std::string& name, Seconds bound) const {
  wait_condition(kind, name, "Ready", "True", {}, bound);
  if (std::string_view(kind.name) != kRegistry.name) return;
  const int port = get(kService, name).at("/spec/ports/0/port"_json_pointer);
  const std::string connect = "exec 3<>/dev/tcp/" + service_host(name) + "/" + std::to_string(port);
  wait_until(
      "the Service of " + name + " reaches it",
      [&] {
        const Output output = run(Cluster::get().inside({"timeout", "5", "bash", "-c", connect}));
        return output.ok() ? "" : output.explain();
      },
      bound);
}

void TestNamespace::wait_gone(const Kind& kind, const std::string& name, Seconds bound) const {
  wait_until(
      std::string(kind.name) + "/" + name + " is gone",
      [&]() -> std::string {
        const auto object = find(kind, name);
        if (!object) return {};
        return object->at("metadata").contains("deletionTimestamp") ? "it is still being deleted"
                                                                    : "it is not being deleted";
      },
      bound);
}

void TestNamespace::wait_replicas(int pods) const {
  wait_until(std::to_string(pods) + " replicas serve", [&]() -> std::string {
    const Json status = get(kRegistry, "mcp-registry").value("status", Json::object());
    return status.value("readyReplicas", 0) == pods ? "" : status.dump();
  });
}

std::string TestNamespace::service_host(const std::string& registry) const {
  return registry + "." + name_ + ".svc.cluster.local";
}

Answer TestNamespace::http(const std::string& method, const std::string& path, const Json& body,
                           const std::string& registry) const {
  return Cluster::get().http(method, "http://" + service_host(registry) + ":8080" + path, body);
}

ConditionView condition(const Json& object, const std::string& type) {
  static const Json none = Json::array();
  const Json::json_pointer at("/status/conditions");
  for (const Json& c : object.contains(at) ? object.at(at) : none) {
    if (c.at("type") != type) continue;
    return {c.value("status", ""), c.value("reason", ""), c.value("message", ""),
            c.value("observedGeneration", std::int64_t{0})};
  }
  return {};
}

Json registry(const std::string& name, const Json& spec) {
  Json object = {{"apiVersion", "mcpregistry.dev/v1alpha1"},
                 {"kind", "Registry"},
                 {"metadata", {{"name", name}}},
                 {"spec", {{"storage", {{"size", "1Gi"}}}}}};
  object["spec"].merge_patch(spec);
  return object;
}

Json mcptool(const std::string& name, const Json& spec) {
  Json object = {{"apiVersion", "mcpregistry.dev/v1alpha1"},
                 {"kind", "MCPTool"},
                 {"metadata", {{"name", name}}},
                 {"spec",
                  {{"registryRef", {{"name", "mcp-registry"}}},
                   {"definition",
                    {{"title", "Weather"},
                     {"description", "Says how the weather is in a city."},
                     {"inputSchema",
                      {{"type", "object"},
                       {"required", Json::array({"city"})},
                       {"properties", {{"city", {{"type", "string"}}}}}}}}}}}};
  object["spec"].merge_patch(spec);
  return object;
}

}  // namespace e2e
