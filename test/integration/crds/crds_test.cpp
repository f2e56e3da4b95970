// The CRDs on a real API server: it compiles their rules, and is asked about one refused and one accepted
// object per rule.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

namespace {

constexpr auto kPatience = std::chrono::seconds(30);

// Server-side apply takes YAML as it is, so what is installed is the file itself.
void install(const std::string& name) {
  std::ifstream file(TOOLHIVE_SOURCE_DIR "/crds/mcpregistry.dev_" + name + ".yaml");
  const std::string yaml((std::istreambuf_iterator<char>(file)), {});
  REQUIRE_FALSE(yaml.empty());
  const std::string path =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name + ".mcpregistry.dev";
  kube::HttpRequest request;
  request.method = "PATCH";
  request.target = path + "?fieldManager=test&force=true";
  request.content_type = "application/apply-patch+yaml";
  request.body = yaml;
  const auto client = test::client();
  const Status installed = client->raw(Context{}, request).status();
  REQUIRE_MESSAGE(installed.ok(), installed);

  const Context ctx = Context{}.with_timeout(kPatience);
  const kube::ResourceType type = name == "mcptools" ? toolhive::mcptool_type() : toolhive::registry_type();
  while (!client->list(ctx, type, {.ns = "default"}).ok()) {
    REQUIRE_FALSE(ctx.done());
    sleep_for(ctx.clock, std::chrono::milliseconds(50), ctx.stop);
  }
}

class Installed {
 public:
  Installed() {
    install("registries");
    install("mcptools");
  }
  const std::string& ns() const { return namespace_.name(); }

  Status registry(const Json& spec, bool keep = false) const {
    return apply(toolhive::registry_type(), spec, keep);
  }
  Status tool(const Json& changes, bool keep = false) const {
    Json spec = {{"registryRef", {{"name", "r"}}}, {"definition", {{"inputSchema", {{"type", "object"}}}}}};
    spec.merge_patch(changes);
    return apply(toolhive::mcptool_type(), spec, keep);
  }
  Json read(const kube::ResourceType& type) const {
    const auto object = test::client()->get(Context{}, type, {ns(), "sample"});
    REQUIRE_MESSAGE(object.ok(), object.status());
    return object->json();
  }

 private:
  Status apply(const kube::ResourceType& type, const Json& spec, bool keep) const {
    kube::WriteOptions options;
    options.field_manager = "test";
    options.dry_run = !keep;
    const Json intent = {{"metadata", {{"name", "sample"}, {"namespace", ns()}}}, {"spec", spec}};
    return test::client()->apply(Context{}, type, intent, options).status();
  }

  test::Namespace namespace_;
};

void check_accepted(const Status& status) {
  CHECK_MESSAGE(status.ok(), status);
}

void check_refused(const Status& status, const std::string& words) {
  CHECK_FALSE(status.ok());
  CHECK_MESSAGE(status.message().find(words) != std::string::npos, status);
}

Json storage(const Json& fields) {
  return {{"storage", fields}};
}
Json allowed(const Json& fields) {
  return {{"allowedNamespaces", fields}};
}
Json expression(const Json& fields) {
  return allowed({{"from", "Selector"}, {"selector", {{"matchExpressions", Json::array({fields})}}}});
}

}  // namespace

TEST_CASE("an empty Registry is complete: the API server fills in the defaults that C++ has, too") {
  const Installed crds;
  check_accepted(crds.registry(Json::object(), true));
  const Json stored = crds.read(toolhive::registry_type());
  const auto filled = toolhive::Registry::from_json(stored);
  const auto empty = toolhive::Registry::from_json(Json::object());
  REQUIRE(filled.ok());
  CHECK(filled->spec.replicas == empty->spec.replicas);
  CHECK(filled->spec.storage.size == empty->spec.storage.size);
  CHECK(filled->spec.storage.access_modes == empty->spec.storage.access_modes);
  CHECK(filled->spec.storage.retain == empty->spec.storage.retain);
  CHECK(stored.at("spec").at("config").at("logLevel") == "info");
  CHECK(filled->spec.exposure.type == empty->spec.exposure.type);
  CHECK(filled->spec.network_policy == empty->spec.network_policy);
  CHECK(filled->spec.disruption_budget == empty->spec.disruption_budget);
  CHECK(filled->spec.allowed_namespaces.from == empty->spec.allowed_namespaces.from);
  CHECK(stored.at("spec").at("networkPolicy").at("enabled") == true);
}

TEST_CASE("each rule on a Registry refuses what it is for, and nothing else") {
  const Installed crds;
  check_refused(crds.registry({{"replicas", 2}}), "exactly one writer");
  check_accepted(crds.registry({{"replicas", 0}}));

  check_refused(crds.registry(storage({{"existingClaim", "a"}, {"storageClassName", "b"}})),
                "leave it out when existingClaim is set");
  check_refused(crds.registry(storage({{"existingClaim", "a"}, {"retain", false}})), "leave retain at true");
  check_accepted(crds.registry(storage({{"existingClaim", "a"}})));
  check_accepted(crds.registry(storage({{"retain", false}})));

  check_refused(crds.registry({{"exposure", {{"type", "None"}, {"host", "a.example.com"}}}}),
                "are for a Route");
  check_accepted(crds.registry({{"exposure", {{"type", "None"}}}}));
  check_accepted(crds.registry({{"exposure", {{"host", "a.example.com"}}}}));

  check_refused(crds.registry(allowed({{"from", "Selector"}})), "selector is needed");
  check_refused(crds.registry(allowed({{"from", "All"}, {"selector", Json::object()}})),
                "selector is needed");
  check_accepted(
      crds.registry(allowed({{"from", "Selector"}, {"selector", {{"matchLabels", {{"a", "b"}}}}}})));
  check_refused(crds.registry(expression({{"key", "a"}, {"operator", "In"}})), "In and NotIn need values");
  check_refused(
      crds.registry(expression({{"key", "a"}, {"operator", "Exists"}, {"values", Json::array({"b"})}})),
      "In and NotIn need values");
  check_accepted(
      crds.registry(expression({{"key", "a"}, {"operator", "NotIn"}, {"values", Json::array({"b"})}})));
}

TEST_CASE("sizes are quantities above zero") {
  const Installed crds;
  for (const char* size : {"10Gi", "1.5Ti", "500M", "1000", "1e9", "0.5Gi", ".5Gi", "010Gi"}) {
    CAPTURE(size);
    check_accepted(crds.registry(storage({{"size", size}})));
  }
  for (const char* size : {"0", "0Gi", ".0Gi", "0e3", "-1Gi", "ten", "10GB", ".", ""}) {
    CAPTURE(size);
    check_refused(crds.registry(storage({{"size", size}})), "spec.storage.size");
  }
}

TEST_CASE("quantities of resources are written as in a pod") {
  const Installed crds;
  const auto limit = [&](const char* quantity) {
    return crds.registry({{"resources", {{"limits", {{"memory", quantity}}}}}});
  };
  for (const char* good : {"256Mi", "1e9", "0.5Gi", ".5Gi", "5E+2", "1e-1"}) {
    CAPTURE(good);
    check_accepted(limit(good));
  }
  for (const char* bad : {"", ".", "Mi", "1 Gi", "1e", "-1"}) {
    CAPTURE(bad);
    check_refused(limit(bad), "spec.resources.limits");
  }
}

TEST_CASE("names of other objects are names that Kubernetes gives") {
  const Installed crds;
  for (const char* bad : {"Bad/Name", "..", "../secrets/x", "Not A Name", "-a", "a.", "a_b"}) {
    CAPTURE(bad);
    check_refused(crds.registry(storage({{"existingClaim", bad}})), "spec.storage.existingClaim");
    check_refused(crds.registry(storage({{"storageClassName", bad}})), "spec.storage.storageClassName");
    check_refused(crds.registry({{"imagePullSecrets", Json::array({{{"name", bad}}})}}),
                  "imagePullSecrets[0].name");
    check_refused(crds.registry({{"podTemplate", {{"priorityClassName", bad}}}}),
                  "podTemplate.priorityClassName");
    check_refused(crds.tool({{"registryRef", {{"name", bad}}}}), "spec.registryRef.name");
    check_refused(crds.tool({{"registryRef", {{"name", "r"}, {"namespace", bad}}}}),
                  "spec.registryRef.namespace");
  }
  check_accepted(crds.registry(storage({{"existingClaim", "a-1.b"}})));
  check_accepted(crds.registry({{"imagePullSecrets", Json::array({{{"name", "a-1.b"}}})}}));
  check_accepted(crds.tool({{"registryRef", {{"name", "r-1"}, {"namespace", "1-n"}}}}));
}

TEST_CASE("a Registry has a name that its operands can have, and an MCPTool one that a tool can have") {
  const Installed crds;
  const auto named = [&](const kube::ResourceType& type, const std::string& name, const Json& spec) {
    kube::WriteOptions options;
    options.field_manager = "test";
    options.dry_run = true;
    const Json intent = {{"metadata", {{"name", name}, {"namespace", crds.ns()}}}, {"spec", spec}};
    return test::client()->apply(Context{}, type, intent, options).status();
  };
  const auto& registry = toolhive::registry_type();
  check_accepted(named(registry, std::string(56, 'a'), Json::object()));
  for (const auto& bad : {std::string(57, 'a'), std::string("1registry"), std::string("mcp.registry")}) {
    CAPTURE(bad);
    check_refused(named(registry, bad, Json::object()), "metadata.name must have");
  }
  Json spec = {{"registryRef", {{"name", "r"}}}, {"definition", {{"inputSchema", {{"type", "object"}}}}}};
  check_accepted(named(toolhive::mcptool_type(), std::string(128, 'a'), spec));
  check_refused(named(toolhive::mcptool_type(), std::string(129, 'a'), spec),
                "spec.definition.name is needed");
  spec["definition"]["name"] = "short";
  check_accepted(named(toolhive::mcptool_type(), std::string(129, 'a'), spec));
}

TEST_CASE("timeouts are durations from a second to an hour") {
  const Installed crds;
  const auto timeout = [&](const char* name, const char* duration) {
    return crds.registry({{"server", {{"timeouts", {{name, duration}}}}}});
  };
  for (const char* good : {"1s", "1000ms", "10s", "2m", "60m", "1h", "3600s", "3600000ms"}) {
    CAPTURE(good);
    check_accepted(timeout("header", good));
  }
  for (const char* bad : {"999ms", "3601s", "2h", "10", "0s", "010s", "1.5s", "1h1m", ""}) {
    CAPTURE(bad);
    check_refused(timeout("header", bad), "spec.server.timeouts.header");
  }
  check_accepted(timeout("drain", "25s"));
  check_refused(timeout("drain", "26s"), "from 1s to 25s");
}

TEST_CASE("what a claim keeps cannot change, unless another claim takes its place") {
  const Installed crds;
  check_accepted(crds.registry(storage({{"storageClassName", "a"}}), true));
  check_refused(crds.registry(storage({{"storageClassName", "b"}})), "storageClassName cannot change");
  check_refused(crds.registry(storage({{"size", "10Gi"}})), "storageClassName cannot change");
  check_refused(
      crds.registry(storage({{"storageClassName", "a"}, {"accessModes", Json::array({"ReadWriteMany"})}})),
      "accessModes cannot change");
  check_accepted(crds.registry(storage({{"storageClassName", "a"}, {"size", "20Gi"}})));
  check_accepted(crds.registry(storage({{"existingClaim", "mine"}})));
}

TEST_CASE("each rule on an MCPTool refuses what it is for, and nothing else") {
  const Installed crds;
  for (const char* version : {"1.0.0", "0.1.0-rc.1+build.5"})
    check_accepted(crds.tool({{"version", version}}));
  for (const char* version : {"1.0", "v1.0.0", "latest", "01.0.0", "1.0.0-01"}) {
    CAPTURE(version);
    check_refused(crds.tool({{"version", version}}), "spec.version");
  }
  check_refused(crds.tool({{"definition", {{"inputSchema", nullptr}}}}), "inputSchema");
  check_refused(crds.tool({{"definition", {{"inputSchema", {{"type", "string"}}}}}}), "inputSchema.type");
  check_refused(crds.tool({{"definition", {{"name", "a/b"}}}}), "definition.name");
  for (const char* step : {".", ".."})
    check_refused(crds.tool({{"definition", {{"name", step}}}}), "definition.name");
  check_accepted(crds.tool({{"definition", {{"name", "..."}}}}));

  check_accepted(crds.tool({{"definition", {{"name", "weather"}}}}, true));
  check_refused(crds.tool({{"definition", {{"name", "other"}}}}), "name cannot change");
  check_refused(crds.tool(Json::object()), "name cannot change");
  check_refused(crds.tool({{"definition", {{"name", "weather"}}}, {"registryRef", {{"name", "other"}}}}),
                "create another MCPTool");
  check_accepted(crds.tool({{"definition", {{"name", "weather"}, {"title", "Weather"}}}}));
}

TEST_CASE("a schema of any depth is stored as it was given") {
  const Installed crds;
  const Json schema = {{"type", "object"},
                       {"properties", {{"a", {{"type", "array"}, {"items", {{"$ref", "#/$defs/b"}}}}}}},
                       {"$defs", {{"b", {{"anyOf", Json::array({{{"const", 1.5}}, Json::object()})}}}}}};
  check_accepted(crds.tool({{"definition", {{"inputSchema", schema}}}}, true));
  CHECK(crds.read(toolhive::mcptool_type()).at("spec").at("definition").at("inputSchema") == schema);
}
